"""The keys that a project has, one row each: where they are, how old they are, and who shares them."""
