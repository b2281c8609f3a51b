"""The parts of a git directory: where they are, and its small files (gitrepository-layout(5)), read without git."""
