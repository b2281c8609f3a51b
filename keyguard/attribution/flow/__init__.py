"""Where a key goes from what holds it: variables, members of objects, arguments, the objects that are given it."""
