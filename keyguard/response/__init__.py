"""Responding to leaked keys: verify, revoke, plan the remediation, purge from history, prove removal."""
