"""Settings of applications: which of them are secrets, by their keys and by their names; parts of their values."""
