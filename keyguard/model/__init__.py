"""The nouns of keyguard, and nothing else: what flows from a source to a report."""
