"""The settings and markers in effect for a change: those of its base, never its own. For hooks and ranges."""
