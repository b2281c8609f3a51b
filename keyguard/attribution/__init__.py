"""Attribution: which vendor issued a key. ``attributor`` reads the key's own file, ``project_evidence`` the others."""
