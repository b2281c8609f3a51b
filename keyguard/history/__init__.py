"""What git still holds, from its objects to sightings: contents, then names and connections, then where hits are from."""
