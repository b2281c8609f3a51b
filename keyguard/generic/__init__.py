"""Secrets that no vendor gave a format: passwords, tokens and keys, found by the syntax around them.

``expressions`` finds the places, a finder reads each of them, filters remove what is no secret, and for assignments a
small model decides. Every answer carries its reasons.
"""
