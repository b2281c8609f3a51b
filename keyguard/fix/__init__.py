"""What changes the user's own files, when he asks for it: never history, and nothing that he has not seen."""
