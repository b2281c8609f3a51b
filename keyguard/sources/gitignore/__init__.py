"""Patterns as in ``.gitignore``: pathspec reads them, and they match the paths that git 2.39 matches.

``lines`` rewrites a line where pathspec and git differ, ``translation`` makes tables of a file, ``rules`` matches
paths, ``linear`` builds what backtracking could not match in time. ``reader`` is for the files of a walk, ``saved`` for
the user's own patterns.
"""
