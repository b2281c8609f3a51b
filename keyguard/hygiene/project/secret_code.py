"""Code that may use a secret: in packages that build for browsers or answer their requests, and HTML pages."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from keyguard.hygiene.data import tables
from keyguard.hygiene.project import word_search
from keyguard.hygiene.project.memoize import memoized
from keyguard.hygiene.project.npm_packages import packages
from keyguard.hygiene.project.project import Project

_CODE = (b".js", b".jsx", b".ts", b".tsx", b".mjs", b".mts", b".vue", b".svelte", b".astro", b".html", b".htm")
_PAGES = (b".html", b".htm")
_QUOTES = (b'"', b"'")
#: the environment as a whole, where it is handed on
_WHOLE = (b"json(process.env", b"send(process.env", b"stringify(process.env", b"...process.env")


@memoized
def code_with_secrets(project: Project) -> list[bytes]:
    """Return the files in which a word occurs that every use of a secret contains, sorted."""
    return word_search.files_with(project, _candidates(project), _words())


def _candidates(project: Project) -> list[bytes]:
    wanted = [one for one in packages(project) if one.needs & _frameworks()]
    everywhere, aside = any(not one.folder for one in wanted), _aside()
    return [
        path
        for path in project.files
        if path.endswith(_CODE)
        and (everywhere or path.endswith(_PAGES) or any(one.holds(path) for one in wanted))
        and not aside.search(path)
    ]


@cache
def _aside() -> re.Pattern[bytes]:
    """Return the pattern that matches folders whose files are in no program."""
    folders = map(str.encode, tables.load("browser")["aside"]["folders"])
    return re.compile(rb"(?:\A|/)(?:%s)/" % b"|".join(map(re.escape, folders)))


@cache
def _frameworks() -> frozenset[str]:
    lists = tables.load("browser")["frameworks"]
    return frozenset((*lists["packages"], *lists["servers"]))


@cache
def _words() -> tuple[bytes, ...]:
    """Return words of which every relevant file contains one."""
    services: list[dict[str, Any]] = tables.load("browser")["services"]
    sdks = [
        quote + name + quote for one in services for name in map(str.encode, one.get("sdk", ())) for quote in _QUOTES
    ]
    hosts = [host.encode() for one in services for host in one["hosts"]]
    secret = tables.load("browser")["names"]["words"]["secret"]
    return (*sdks, *hosts, *map(str.encode, secret), b"_API_KEY", *_WHOLE)
