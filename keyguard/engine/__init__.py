"""Matching: compile rules into a database, and find their matches in a text."""
