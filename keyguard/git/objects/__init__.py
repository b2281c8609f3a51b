"""Read single objects of a repository: blobs, commits, and the files of one commit."""
