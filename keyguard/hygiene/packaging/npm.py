"""``npm pack``: the files that it packs, by ``files``, else ``.npmignore``, else ``.gitignore``, from the top down.

Every folder has rules of its own, which apply after those of the folders around it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

from keyguard.hygiene.packaging.minimatch import Rule, affordable, rule, rules
from keyguard.hygiene.project.project import Project

_ALWAYS_OUT = (
    *(".npmignore", ".gitignore", "**/.git", "**/.svn", "**/.hg", "**/CVS", "**/.git/**", "**/.svn/**", "**/.hg/**"),
    *("**/CVS/**", "/.lock-wscript", "/.wafpickle-*", "/build/config.gypi", "npm-debug.log", "**/.npmrc", ".*.swp"),
    *(".DS_Store", "**/.DS_Store/**", "._*", "**/._*/**", "*.orig", "/archived-packages/**"),
)
_STRICT = (
    *("/.git", "!/package.json", "!/readme{,.*[^~$]}", "!/copying{,.*[^~$]}", "!/license{,.*[^~$]}"),
    *("!/licence{,.*[^~$]}", "/.git", "/node_modules", ".npmrc", "/package-lock.json", "/yarn.lock", "/pnpm-lock.yaml"),
    "/bun.lockb",
)


class Pack:
    """The packing of one package."""

    def __init__(self, project: Project, folder: bytes, described: Mapping[str, Any], outer: list[bytes]) -> None:
        """``folder`` has a trailing slash; ``outer`` are ignore files around a workspace, the outermost first."""
        self._project, self._folder = project, folder
        self._described = described
        self._required: list[str] = []
        self._strict = list(self._strict_rules())
        given = [rule(line) for line in _ALWAYS_OUT]
        given += [one for path in outer for one in rules(project.read(path) or b"")]
        files = described.get("files")
        self._listed = isinstance(files, list)
        self._default = given
        self._levels: dict[str, list[Rule]] = {}
        self._by_files = list(self._files_rules(files)) if isinstance(files, list) else []

    def decider(self) -> str:
        """Return what decides first: ``files``, or the name of an ignore file; empty if there is neither."""
        if self._listed:
            return "files"
        return next((name for name in (".npmignore", ".gitignore") if self._holds(name)), "")

    def takes(self, name: str) -> bool:
        """Return whether a file is packed; its path is relative to the folder."""
        parts = name.split("/")
        exact = [True]
        for depth in range(len(parts) - 1):
            if not self._passes(parts[: depth + 1], exact, partly=True):
                return False
            as_file = self._passes(parts[: depth + 1], exact, partly=False)
            exact.append(as_file or self._passes([*parts[:depth], parts[depth] + "/"], exact, partly=False))
        return self._passes(parts, exact, partly=False)

    def _passes(self, parts: list[str], exact: list[bool], *, partly: bool) -> bool:
        """Return whether an entry passes the rules of the top folder, then those of each folder on the way."""
        included = True
        for level in range(len(parts)):
            entry = "/".join(parts[level:])
            if level and not included and not exact[level]:
                continue
            base = parts[-1] if level < len(parts) - 1 else ""
            for one in self._rules_of("/".join(parts[:level])):
                if one.negated is not included and _decides(one, entry, base, partly=partly):
                    included = one.negated
        return included

    def _rules_of(self, folder: str) -> list[Rule]:
        if folder not in self._levels:
            own = next((name for name in (".npmignore", ".gitignore") if self._holds(_join(folder, name))), "")
            ignored = [] if (not folder and self._listed) or not own else self._read(_join(folder, own))
            if folder:
                # npm applies the entries of ``files`` no deeper than one folder
                inside = [one.rpartition("/")[2] for one in self._required if one.rpartition("/")[0] == folder]
                strict = [rule("/.git"), *(rule("!" + one) for one in inside if "/" not in folder)]
                self._levels[folder] = [*(rule(one) for one in _ALWAYS_OUT), *ignored, *strict]
            else:
                self._levels[folder] = [*self._default, *self._by_files, *ignored, *self._strict]
        return self._levels[folder]

    def _files_rules(self, files: list[Any]) -> Iterator[Rule]:
        yield rule("*")
        for text in affordable([one for one in files if isinstance(one, str)]):
            text = text[1:] if text.startswith("./") else text
            text += "*" if text.endswith("/*") else ""
            kind = self._kind(text.lstrip("!"))
            if kind == "file":
                self._strict.insert(0, rule("!" + text))
                self._required.append(text.lstrip("/"))
            else:
                yield rule("!" + text)
            if kind == "folder":
                yield rule(f"!{text}/**")

    def _strict_rules(self) -> Iterator[Rule]:
        yield from map(rule, _STRICT)
        binaries = self._described.get("bin")
        named = [self._described.get("browser"), self._described.get("main")]
        named += list(binaries.values()) if isinstance(binaries, dict) else [binaries]
        known = affordable([one for one in named if isinstance(one, str)])
        yield from (rule("!/" + one.removeprefix("./")) for one in known)

    def _kind(self, name: str) -> str:
        path = os.path.normpath(self._folder + name.lstrip("/").encode("utf-8", "surrogateescape"))
        if path in self._project.files or self._project.read(path) is not None:
            return "file"
        place = os.path.join(self._project.root, path)
        return "folder" if os.path.isdir(place) and not os.path.islink(place) else ""

    def _holds(self, name: str) -> bool:
        return self._project.exists(self._folder + name.encode("utf-8", "surrogateescape"))

    def _read(self, name: str) -> list[Rule]:
        return rules(self._project.read(self._folder + name.encode("utf-8", "surrogateescape")) or b"")


def _decides(one: Rule, entry: str, base: str, *, partly: bool) -> bool:
    """Return whether a rule matches an entry or, with ``partly``, something below it."""
    if one.fits("/" + entry) or one.fits(entry):
        return True
    if not partly:
        return False
    if one.fits(f"/{entry}/") or one.fits(f"{entry}/"):
        return True
    if one.negated and (one.fits("/" + entry, partly=True) or one.fits(entry, partly=True)):
        return True
    return (
        bool(base)
        and one.relative
        and (
            one.fits(f"/{base}/")
            or one.fits(f"{base}/")
            or (one.negated and (one.fits("/" + base, partly=True) or one.fits(base, partly=True)))
        )
    )


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
