"""Inspection: turn a text into sightings of keys, in this process or in several worker processes."""
