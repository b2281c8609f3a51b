"""Taking keys out of history: in a clone of our own, by git-filter-repo, and never in the user's own repository."""
