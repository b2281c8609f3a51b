"""Git repositories, read safely: layout, refs, index, objects, and git itself as a guarded process."""
