"""What other files say of a key: read only where a key was seen that is not certain."""
