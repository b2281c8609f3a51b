"""Paths of files: an index by name, and matchers for patterns that run in linear time."""
