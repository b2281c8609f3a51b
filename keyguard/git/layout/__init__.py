"""The parts of a git directory: where they are, and the small files in it, read without git."""
