"""The data of the checks: texts, examples and lists, in TOML files beside this module; ``tables.py`` reads them."""
