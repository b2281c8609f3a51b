"""Run git as a process: without a shell, in a private git directory, with a deadline."""
