"""Small tools for every other package: errors, dates, digests, sanitizing, TOML files, the user's directories."""
