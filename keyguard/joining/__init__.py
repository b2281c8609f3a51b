"""Texts that a program puts together from literals, read as the one text that they become."""
