"""Purge keys from history: rewrite a clone of our own with git-filter-repo, never the user's repository."""
