"""Passwords, tokens and keys that a name tells: read, gated and scored.

``candidates`` reads a name and its value, ``gates`` drop what is none, ``features`` and ``scoring`` grade the rest with
the weights in ``model.bin``, ``reasons`` say why.
"""
