"""The deployment stage of a place in a project: development, test, CI, example, staging or production.

``detect.py`` decides; the other modules read one kind of evidence each: the path, the block around the place,
conditions, variables, and the statement that holds a key. The words and file names come from ``data/stages.toml``.
"""
