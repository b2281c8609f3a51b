"""Everyday files with and without secrets, made up from a seed: what a stranger would try a scanner with.

``corpus.samples`` yields files with the byte spans of the secrets in them. No value is written down here: passwords are
put together from word lists, tokens are drawn. ``python -m tests.generic.everyday`` measures recall and precision.
"""
