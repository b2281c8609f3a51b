"""The data types that every package shares: rules, findings, provenance, violations, verdicts. No behaviour."""
