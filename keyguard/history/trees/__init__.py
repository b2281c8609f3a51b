"""Read the trees of an object store: what they reference, which names contain keys, and which trees lead to a hit."""
