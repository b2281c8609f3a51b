"""Ignore files (``.gitignore`` and ``.dockerignore``): adding a rule in the style of the others."""

from __future__ import annotations

import re

from keyguard.fix.code.edits import newline_of
from keyguard.hygiene.envfiles.names import holds_keys, is_env_file, is_example
from keyguard.masking.secret import MASK

_SPECIAL = re.compile(rb"[\\*?\[\]]|\A[#!]| \Z")


def with_rule(content: bytes, rule: bytes) -> bytes:
    """Return the text with the rule as its last line, which ends as the last line did before."""
    if not content:
        return rule + b"\n"
    line = newline_of(content)
    ended = content.endswith((b"\n", b"\r"))
    return content + (rule + line if ended else line + rule)


def speaks(content: bytes) -> bool:
    """Return whether one of the rules is about environment files."""
    return any(_is_about(line) for line in rules(content))


def rules(content: bytes) -> list[bytes]:
    """Return the patterns, without comments."""
    lines = (line.strip() for line in re.split(rb"\r?\n|\r", content))
    return [line for line in lines if line and not line.startswith(b"#")]


def git_rule(content: bytes, path: bytes) -> bytes:
    """Return the rule for a file, whose path is relative to the folder of the ignore file.

    For names of environment files the name is enough, since nobody means to commit the next one; others get their
    folders.
    """
    name = path[path.rfind(b"/") + 1 :]
    if not is_env_file(name):
        return b"/" + _escaped(path)
    anchored = [line for line in rules(content) if _is_about(line)]
    in_style = bool(anchored) and all(line.lstrip(b"!").startswith(b"/") for line in anchored)
    return b"/" + _escaped(path) if in_style else _escaped(name)


def docker_rule(path: bytes) -> bytes:
    """Return the rule for docker, for which a bare name means one in the top folder only."""
    name = path[path.rfind(b"/") + 1 :]
    bare = name.rstrip(b" \t")
    # docker trims white space, and a build fails at the backslash that would be left
    return b"**/" + _escaped(bare) + b"?" * (len(name) - len(bare))


def without_mask(rule: bytes) -> bytes:
    """Return the rule for a path in which a key is masked: the mask becomes a wildcard, since others read the rule."""
    return rule.replace(rb"\*" * len(MASK), b"*")


def _is_about(rule: bytes) -> bool:
    name = rule.lstrip(b"!").rstrip(b"/")
    name = name[name.rfind(b"/") + 1 :]
    return (holds_keys(name) or name in (b".env*", b"*.env*", b"env")) and not is_example(name)


def _escaped(path: bytes) -> bytes:
    # a rule cannot contain a line break: a wildcard matches it
    return re.sub(rb"[\r\n]", b"?", _SPECIAL.sub(rb"\\\g<0>", path))
