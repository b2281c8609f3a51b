"""Configurations of build tools: what they write into the files that browsers download."""
