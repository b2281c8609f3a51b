"""The contents of all blobs, commits and tags of an object store, inspected once."""
