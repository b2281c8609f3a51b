"""No value that this process has seen is written anywhere: what is known, in which forms, and how it is masked."""

#: what stands in the place of what is not shown
MASK = "*" * 8
