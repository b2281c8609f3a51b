"""A part of a history: the commits of a range or a push, and the keys that they introduce."""
