"""A whole history: every store of a repository, surveyed from beginning to end."""
