"""Files and patterns of paths, matched in linear time."""
