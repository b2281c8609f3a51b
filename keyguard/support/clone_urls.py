"""URLs of repositories, which people give where a path is wanted."""

from __future__ import annotations

import re

_URL = r"(?:https?|ssh|git|file|ftps?)://\S+|[\w.-]+@[\w.-]+:\S+"


def folder_of(url: str) -> str:
    """Return the folder that ``git clone`` would make; empty for what is no URL."""
    if not re.fullmatch(_URL, url):
        return ""
    return re.split(r"[/:]", url.rstrip("/").removesuffix(".git"))[-1] or "."


def shown_url(url: str) -> str:
    """Return the URL without a password or a token in it."""
    login = r"(?<=ssh://)[^/@:]*:[^/@]*@" if url.startswith("ssh:") else r"(?<=://)[^/@]*@"
    return re.sub(login, "", url)
