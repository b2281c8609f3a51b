"""What is done about keys that were found: asking, revoking, planning, purging, proving."""
