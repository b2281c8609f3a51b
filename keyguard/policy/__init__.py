"""What may decide about a change: the configuration and the markers of what it is made to, and never its own."""
