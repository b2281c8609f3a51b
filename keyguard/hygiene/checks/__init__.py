"""The checks. A module with a single check is named after its id; ``keyguard/hygiene/check_table.py`` lists all."""
