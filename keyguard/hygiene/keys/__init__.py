"""The keys of a project: which are secret, at which places, in which deployment stage, and for how long."""
