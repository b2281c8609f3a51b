"""Triage: turn sightings and violations into findings, one for each key, and apply the suppressions."""
