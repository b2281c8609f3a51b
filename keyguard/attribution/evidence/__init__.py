"""What in a text speaks for one vendor or another, and nothing about what that amounts to."""
