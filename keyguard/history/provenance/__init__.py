"""Determine where a key in history is from: paths, introducing and removing commits, and the refs that still hold
it.
"""
