"""Matching: from rules to a compiled database, and from a text to the matches in it."""
