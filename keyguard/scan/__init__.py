"""A scan from beginning to end: list, read, inspect, triage, and account for coverage."""
