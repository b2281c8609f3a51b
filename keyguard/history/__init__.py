"""What git still holds, from its objects to sightings: contents, names and connections, and where hits are from."""
