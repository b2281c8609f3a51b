"""Rules: packs in, validated rules out, and what can be known of a rule's pattern."""
