"""Read whole histories: every object store, and the files of the git directory."""
