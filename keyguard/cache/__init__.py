"""What earlier scans have found out, kept in the user's own cache folder."""
