"""Settings: those of a project, and those of the user that no project can change."""
