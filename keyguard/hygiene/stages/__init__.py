"""What tells the stage of a place: its names, what encloses it, and what the file says of itself."""
