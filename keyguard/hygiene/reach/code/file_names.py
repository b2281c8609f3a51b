"""File names as bundlers read them: extensions, folders, and which files they ship."""

from __future__ import annotations

from posixpath import normpath

from keyguard.support.regex import expression

#: extensions of code that bundlers read directly
CODE = frozenset((b".js", b".jsx", b".ts", b".tsx", b".mjs", b".cjs", b".mts", b".cts", b".gts", b".gjs"))
#: extensions of files that contain code among other things
MIXED = frozenset((b".vue", b".svelte", b".astro", b".html", b".htm", b".mdx"))
#: extensions of all files in which imports are looked for
READ = CODE | MIXED
#: tests, stories, third-party files and build output
_UNSHIPPED = expression(
    rb"\.(?:test|spec|stories|story|cy|d)\.[^/]*\Z|(?:\A|/)(?:node_modules|bower_components|__tests__|__mocks__"
    rb"|__fixtures__|cypress|e2e|\.git|\.next|\.nuxt|\.output|\.svelte-kit|\.storybook|coverage)(?:/|\Z)"
)


def extension(path: bytes) -> bytes:
    """Return the extension: ``a/b.server.ts`` -> ``.ts``; empty if there is none."""
    dot = path.rfind(b".")
    return path[dot:] if dot > path.rfind(b"/") else b""


def folder(path: bytes) -> bytes:
    """Return the folder: ``a/b/c.ts`` -> ``a/b``; empty at the root."""
    return path.rpartition(b"/")[0]


def last(path: bytes) -> bytes:
    """Return the last part of a path: ``a/b/c.ts`` -> ``c.ts``."""
    return path.rpartition(b"/")[2]


def stem(path: bytes) -> bytes:
    """Return the name without its extension: ``a/b/c.server.ts`` -> ``c.server``."""
    name = last(path)
    return name.rpartition(b".")[0] or name


def join(base: bytes, relative: bytes) -> bytes | None:
    """Return the path that ``relative`` means in the folder ``base``; None if it leaves the project."""
    if relative.startswith(b"/") or b"\0" in relative:
        return None
    path = normpath(base + b"/" + relative if base else relative)
    if path == b".":
        return b""
    return None if path == b".." or path.startswith(b"../") else path


def below(base: bytes, path: bytes) -> bytes | None:
    """Return ``path`` relative to the folder ``base``; None if it lies elsewhere."""
    if not base:
        return path
    return path[len(base) + 1 :] if path.startswith(base + b"/") else None


def ships(path: bytes) -> bool:
    """Return whether a file can be an entry point: no test, no story, no third-party code."""
    return _UNSHIPPED.search(path) is None
