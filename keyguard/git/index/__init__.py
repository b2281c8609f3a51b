"""Index files, read without git."""
