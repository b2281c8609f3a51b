"""What a kind of file is: its paths, the ways of writing it, and which value it carries."""

from __future__ import annotations

from typing import NamedTuple


class Kind(NamedTuple):
    """One kind of file. With ``value`` it is a positive one, without it everything in it is noise."""

    name: str
    paths: tuple[str, ...]
    variants: tuple[str, ...]
    """Templates; ``<<secret>>`` is the secret, ``<<lines>>`` what surrounds it in such a file."""
    lines: str = ""
    """The table of surrounding lines; without a slot ``<<lines>>`` they come before and after."""
    value: str = ""
    """The method of ``Values`` that makes the secret."""
    family: str = ""
    """``password``, ``token``, ``header``, ``url``, ``command``, ``connection``, ``file`` or ``jwt``."""
    weak: bool = False
    """Whether a scanner may show it as a known default or a sample, but must not fail."""
