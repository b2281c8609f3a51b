"""Docker images: which files a build receives in its context, and which of them it copies into the image."""
