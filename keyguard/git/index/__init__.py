"""Read index files without git."""
