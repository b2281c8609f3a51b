"""What gets into images: which files a build is given, and which of them it copies."""
