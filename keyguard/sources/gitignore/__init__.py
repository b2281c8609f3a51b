"""Rules of ``.gitignore`` files: pathspec reads them, and they match the paths that git 2.39 matches."""
