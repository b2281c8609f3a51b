"""Read refs, reflogs and revisions without git: everything that points into an object store."""
