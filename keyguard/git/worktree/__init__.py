"""List the files of a work tree: tracked, changed, staged, ignored."""
