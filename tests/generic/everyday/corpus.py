"""Files made up from a seed, each with the spans of the secrets in it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from tests.generic.everyday import assignments, credential_files, lookalikes, shapes, words
from tests.generic.everyday.kinds import Kind
from tests.generic.everyday.surroundings import LINES
from tests.generic.everyday.texts import render
from tests.generic.everyday.values import Values

POSITIVE: tuple[Kind, ...] = (*assignments.kinds(), *shapes.KINDS, *credential_files.KINDS)
NEGATIVE: tuple[Kind, ...] = lookalikes.KINDS
WEAK: tuple[Kind, ...] = lookalikes.WEAK


class Sample(NamedTuple):
    """One file."""

    kind: Kind
    path: str
    text: bytes
    secrets: tuple[tuple[int, int], ...]
    """Spans in bytes; empty in a file without a secret."""


def samples(kinds: Iterable[Kind], seed: int, each: int) -> Iterator[Sample]:
    """Yield ``each`` files of every kind; the same ones for the same seed, whatever the other kinds are."""
    for kind in kinds:
        for number in range(each):
            yield _sample(kind, random.Random(f"{seed} {kind.name} {number}"))


def _sample(kind: Kind, rng: random.Random) -> Sample:
    values = Values(rng)
    secrets = {"secret": getattr(values, kind.value)()} if kind.value else {}
    rendered = render(_template(kind, rng), _slots(values), secrets)
    return Sample(kind, rng.choice(kind.paths), rendered.text, rendered.spans)


def _template(kind: Kind, rng: random.Random) -> str:
    """Return a way of writing it, with some of the lines that surround it in such a file."""
    template, lines = rng.choice(kind.variants), LINES[kind.lines]
    if "<<lines>>" in template:
        return template.replace("<<lines>>", "\n  ".join(rng.sample(lines, rng.randrange(2, 6))))
    if not kind.lines:
        return template
    before, after = (rng.sample(lines, rng.randrange(2, min(9, len(lines) + 1))) for _ in range(2))
    return "\n".join((*before, template, *after, ""))


def _slots(values: Values) -> Callable[[str], str]:
    """Return what fills a slot; a name stays the same within one file."""
    rng = values.rng
    makers: dict[str, Callable[[], str]] = {
        "host": values.host,
        "user": values.user,
        "uuid": values.uuid,
        "bcrypt": values.bcrypt,
        "part": lambda: rng.choice(words.PARTS),
        "port": lambda: str(rng.randrange(1024, 65536)),
        "sha1": lambda: values.hexadecimal(40),
        "sha256": lambda: values.hexadecimal(64),
        "hex32": lambda: values.hexadecimal(32),
        "hex64": lambda: values.hexadecimal(64),
        "hex128": values.hex128,
        "base64": lambda: values.base64(64),
        "key32": values.base64_32,
        "certificate": lambda: values.base64(300),
        "salt8": lambda: values.hexadecimal(8),
        "alnum10": lambda: values.hexadecimal(10).upper(),
        "alnum25": lambda: "c" + values.hexadecimal(24),
        "alnum37": lambda: values.urlsafe(27) + "A",
    }
    names = {
        "PWNAME": rng.choice(words.PASSWORD_NAMES),
        "TOKENNAME": rng.choice(words.TOKEN_NAMES),
        "FOREIGNNAME": rng.choice(words.FOREIGN_PASSWORD_NAMES),
    }
    return lambda slot: names[slot] if slot in names else makers[slot]()
