"""The keys of a project: which are secrets, at which places, in which deployment stage, and for how long."""
