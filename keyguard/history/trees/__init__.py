"""The trees of an object store: which objects they name, and which tree leads to which."""
