"""Which files reach a browser or a phone, and by which way: a graph of imports from the entry points of frameworks."""
