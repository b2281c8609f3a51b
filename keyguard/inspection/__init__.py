"""From a text to the sightings of keys in it, in one process or several."""
