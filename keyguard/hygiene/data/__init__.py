"""The tables of the checks: texts, examples and lists, in TOML files beside this module."""
