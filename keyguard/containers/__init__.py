"""What is in files that hold other files: archives, compressed files, databases, bundles, mail, notebooks."""
