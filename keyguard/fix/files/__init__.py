"""Access to the user's files: read and written below one folder, and never through a symbolic link."""
