"""The inventory of a project's keys, one row each: where they are, how old they are, and who shares them."""
