"""Names of files as bundlers look at them."""

from __future__ import annotations

from posixpath import normpath

from keyguard.support.regex import expression

#: code that bundlers read as it is
CODE = frozenset((b".js", b".jsx", b".ts", b".tsx", b".mjs", b".cjs", b".mts", b".cts"))
#: files that hold code among other things
MIXED = frozenset((b".vue", b".svelte", b".astro", b".html", b".htm", b".mdx"))
#: what people write code in: an import is never seen in anything else
READ = CODE | MIXED
#: tests, stories, and what others or tools wrote
_UNSHIPPED = expression(
    rb"\.(?:test|spec|stories|story|cy|d)\.[^/]*\Z|(?:\A|/)(?:node_modules|bower_components|__tests__|__mocks__"
    rb"|__fixtures__|cypress|e2e|\.git|\.next|\.nuxt|\.output|\.svelte-kit|\.storybook|coverage)(?:/|\Z)"
)


def extension(path: bytes) -> bytes:
    """``a/b.server.ts`` -> ``.ts``; empty when there is none."""
    dot = path.rfind(b".")
    return path[dot:] if dot > path.rfind(b"/") else b""


def folder(path: bytes) -> bytes:
    """``a/b/c.ts`` -> ``a/b``; empty at the root."""
    return path.rpartition(b"/")[0]


def last(path: bytes) -> bytes:
    """``a/b/c.ts`` -> ``c.ts``."""
    return path.rpartition(b"/")[2]


def stem(path: bytes) -> bytes:
    """``a/b/c.server.ts`` -> ``c.server``."""
    name = last(path)
    return name.rpartition(b".")[0] or name


def join(base: bytes, relative: bytes) -> bytes | None:
    """The path that ``relative`` means in the folder ``base``; None where it leaves the project."""
    if relative.startswith(b"/") or b"\0" in relative:
        return None
    path = normpath(base + b"/" + relative if base else relative)
    if path == b".":
        return b""
    return None if path == b".." or path.startswith(b"../") else path


def below(base: bytes, path: bytes) -> bytes | None:
    """``path`` as seen from the folder ``base``; None where it lies elsewhere."""
    if not base:
        return path
    return path[len(base) + 1 :] if path.startswith(base + b"/") else None


def ships(path: bytes) -> bool:
    """Whether a file can be an entry point at all: no test, no story, nobody else's code."""
    return _UNSHIPPED.search(path) is None
