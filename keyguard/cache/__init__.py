"""What earlier scans found out, kept in the user's cache folder.

For the scan of files, history and rules: ``cache`` is the interface, ``file_rotation`` and ``database`` store the data,
``directory`` holds the folder.
"""
