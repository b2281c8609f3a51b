"""What counts of what was seen: one finding a key, and what the user asked not to hear."""
