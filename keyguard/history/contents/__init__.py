"""Inspect the contents of all blobs, commits and tags of an object store, each once."""
