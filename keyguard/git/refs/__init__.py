"""Refs, reflogs and revisions, read without git: all that points into an object store."""
