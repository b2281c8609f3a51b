"""Git as a process: started without a shell, in a private git directory, under a deadline."""
