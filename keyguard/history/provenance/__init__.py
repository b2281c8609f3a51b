"""Where a key in history is from: paths, commits, and the refs that still hold it."""
