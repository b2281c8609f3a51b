"""The project that the checks look at: its files, packages, keys, settings and what git ignores."""
