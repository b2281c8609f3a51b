"""The user's files as they are changed: read and written below one folder, never through a link."""
