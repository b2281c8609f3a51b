"""Read settings: those of a project, and those of the user, which no project can change.

For commands, policy and scans. ``project_config`` reads the project's file, ``user_config`` the user's.
"""
