"""A project as the checks see it: its files, packages, keys and settings."""
