"""Read part of a history: resolve a range or push to commits, and find the keys that these commits introduce."""
