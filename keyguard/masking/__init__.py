"""Masking: no value that this process has seen is written anywhere. Known values, their encoded forms, and masks."""

#: the replacement for what is not shown
MASK = "*" * 8
