"""What git still holds: read the objects of a repository, find the secrets in them, and say where each one is from.

For ``scan`` with history, ranges, pushes and hooks; ``policy`` reads ranges through it as well. ``full_scan`` reads
whole object stores, ``ranges`` what selected commits add; ``contents``, ``trees`` and ``provenance`` are the phases of
a full scan, ``caching`` its results from earlier runs.
"""
