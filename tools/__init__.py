"""Programs for those who work on keyguard; none of them is part of what is installed."""
