"""Texts that are made from another one, which contains them in a different form, with the place of each part."""
