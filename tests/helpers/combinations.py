"""A seeded sample of combinations of a rule, an encoding, a way to put a text together, and a container: all pairs of
an encoding and a way are in three thousand, and nearly all of these with containers.
"""

from __future__ import annotations

import functools
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from keyguard.joining.signs import BEGINNING
from keyguard.model.finding import Match
from keyguard.rules import examples
from tests.helpers.encodings import ENCODINGS
from tests.helpers.packed_keys import CONTAINERS
from tests.helpers.seeing import engine, see
from tests.helpers.written_keys import Text, between_codes, can_be_cut, encoded, ending, place, split, written_at
from tests.joining.splits import SPLITS, Split

NONE = "none"
WAYS: dict[str, Split | None] = {NONE: None, **{one.name: one for one in SPLITS}}
#: encodings of encodings
CHAINS = (
    "base64 of base64",
    "base64 of hex",
    "hex of base64",
    "base64 of gzip",
    "percent, special of base64",
    "JSON in JSON of base64",
    "base64 of percent",
    "u of base64",
    "base64 of u",
    "lines of 76 of deflate",
    "JSON in JSON of u",
)
WRITTEN = (NONE, *ENCODINGS, *CHAINS)


class Combination(NamedTuple):
    """What one key is planted as."""

    number: int
    rule: str
    encoding: str
    way: str
    container: str

    def __str__(self) -> str:
        return f"{self.number}: {self.rule} / {self.encoding} / {self.way} / {self.container}"


class Planted(NamedTuple):
    """A file with one key in it."""

    name: str
    data: bytes
    secret: str
    plain: str
    """A text in which the same key stands as it is."""
    member: str
    text: Text
    """What is really in the file, or in its member."""


class Key(NamedTuple):
    """A key as an example writes it."""

    template: str
    is_alone: bool
    """Whether it needs nothing around it to be found."""
    is_rare: bool
    """Whether it is looked for in one encoding, and not in encodings of that."""
    is_begun: bool
    """Whether its beginning shows that it is one, and it is no address: else its pieces are not joined by name."""


@functools.cache
def keys_of(id: str) -> list[Key]:
    """Return the examples of a rule, as far as the key is one line."""
    found, rule = list[Key](), engine().ruleset.by_id()[id]
    for template in rule.examples if not (rule.detector or rule.guessable) else ():
        text = examples.fill(template, id)
        match = _match(text)
        if match and match.secret.isascii() and match.secret.decode().isprintable() and b" " not in match.secret:
            alone = see(f'"{match.secret.decode()}"\n')
            is_alone = [one.fingerprint for one in alone] == [one.fingerprint for one in see(text)]
            found.append(Key(template, is_alone, rule.rare, is_begun(match.secret)))
    return found


def is_begun(key: bytes) -> bool:
    """Whether the beginning of a key, at the end of a literal, is a sign that it goes on elsewhere."""
    prefilter = engine().prefilter
    signs = (kind for kind, _ in prefilter.search(b'x = "' + key[:-4] + b'"').joins)
    return 0 in (at for _, at in prefilter.hits(key)) and BEGINNING in signs


def _match(text: str) -> Match | None:
    matches = engine().matcher.find(text.encode()).matches
    return matches[0] if len(matches) == 1 and not matches[0].way else None


def fitting(id: str, written: str, way: str) -> list[Key]:
    """Return the keys of a rule that are found if they are written and put together in that way."""
    split, nested = WAYS[way], written in (*CHAINS, "UTF-16")
    # the first piece has to show that there is a key if pieces are joined by name, or are in an encoded source
    begun = split is not None and not (split.together and written == NONE)
    return [
        key
        for key in keys_of(id)
        if (key.is_alone or split is None) and (key.is_begun or not begun) and not (nested and key.is_rare)
    ]


def combinations(count: int, seed: str = "sight") -> list[Combination]:
    """Return so many combinations: pairs of encodings and ways first, with the containers that both had least, and the
    rules that were least used.
    """
    source = random.Random(seed)
    rules, names = [rule.id for rule in engine().ruleset.rules], [*CONTAINERS]
    pairs = [(written, way) for written in WRITTEN for way in WAYS]
    source.shuffle(pairs)
    pairs += [(source.choice(WRITTEN), source.choice([*WAYS])) for _ in range(count - len(pairs))]
    had, used, found = Counter[tuple[str, str]](), Counter[str](), list[Combination]()
    for number, (written, way) in enumerate(pairs[:count]):
        source.shuffle(names)
        container = min(names, key=lambda one: had[written, one] + had[way, one])
        had.update(((written, container), (way, container)))
        source.shuffle(rules)
        rule = next(id for id in sorted(rules, key=lambda one: used[one]) if fitting(id, written, way))
        used[rule] += 1
        found.append(Combination(number, rule, written, way, container))
    return found


def planted(one: Combination, folder: Path) -> Planted:
    """Return the file for a combination."""
    source = random.Random(str(one))
    template = source.choice(fitting(one.rule, one.encoding, one.way)).template
    made = (examples.fill(template, f"{one} {turn}") for turn in range(100))
    example, match = next((text, match) for text in made if (match := _match(text)))
    secret = match.secret.decode()
    text = _text(example, match, WAYS[one.way], _chain(one.encoding), source)
    inner = f"{one.number:04}.{ending(WAYS[one.way])}"
    packed = CONTAINERS[one.container]
    data = packed.pack(text.data, inner, folder)
    return Planted(inner + packed.ending, data, secret, f"{example}\n", packed.member.format(inner), text)


def _chain(name: str) -> list[str]:
    """Return the encodings of a chain, outermost first."""
    if name == NONE or name in ENCODINGS:
        return [] if name == NONE else [name]
    for outer in ENCODINGS:
        if name.startswith(f"{outer} of ") and name[len(outer) + 4 :] in ENCODINGS:
            return [outer, name[len(outer) + 4 :]]
    raise ValueError(name)


def _text(example: str, match: Match, way: Split | None, chain: list[str], source: random.Random) -> Text:
    """Return the text: a key that is encoded and cut, or a source with a key that is cut, which is encoded."""
    key = match.secret
    # what shows that there is a key is in its first piece, unless all pieces are in one expression
    head = _anchored(key)
    if way is None:
        before = source.choice(("", "#", "##", "name: value\n"))
        text = Text(f"{before}{example}\n".encode(), len(before) + match.start)
        for name in reversed(chain):
            text = encoded(text, name, key)
    elif chain and can_be_cut(chain[0], way) and source.random() < 0.5:
        value = Text(key, 0)
        for name in reversed(chain):
            value = encoded(value, name, key)
        least = 4 if way.together else max(24, written_at(chain[0], key, head) + 2) if len(chain) == 1 else 40
        least = 40 if chain[-1] in ("gzip", "deflate") and not way.together else least
        ends = [end for end in between_codes(value.data, chain[0]) if end >= least]
        text = split(value, way, _cuts(source, ends, way, len(value.data)))
    else:
        least = 4 if way.together and not chain else head
        text = split(Text(key, 0), way, _cuts(source, range(least, len(key)), way, len(key)))
        for name in reversed(chain):
            text = encoded(text, name, key)
    lead = b"first: line\n" if chain and not (chain[0].startswith("quoted") or way) else b""
    if chain and not way:
        lead += source.choice((b"", b"value: ", b"<b>")) if lead else b""
    return text._replace(data=lead + text.data + b"\n", at=len(lead) + text.at)


def _anchored(key: bytes) -> int:
    """Return how many characters of a key show that it is one, and at least six."""
    prefilter = engine().prefilter
    ends = [size for size in range(6, len(key)) if prefilter.hits(key[:size])]
    return min(ends, default=len(key) // 2)


def _cuts(source: random.Random, ends: Sequence[int], way: Split, size: int) -> tuple[int, int]:
    """Return two of the places where a text may be cut; a line that goes on has six characters or more."""
    lines = way.name.startswith(("yaml", "shell, line", "dockerfile"))
    ends = [end for end in ends if not lines or end <= size - 6] or [size // 3, size // 2]
    if len(ends) < 2:
        ends = [ends[0] - 1, ends[0]]
    first, second = sorted(source.sample(ends, 2))
    return first, second


def expectations(one: Combination, found: Planted, folder: Path) -> list[tuple[str, int, int]]:
    """Return path, line and column of where a key has to be found: in its member; or, in a container that is text
    itself, where it stands in that.
    """
    data, at = found.text.data, found.text.at
    places = [(found.name + found.member, *place(data, at))]
    if one.container in ("attachment", "letter", "notebook", "output"):
        # a byte of which the first bits differ, too
        other = b"0" if data[at] >= 0x40 else b"q"
        changed = data[:at] + other + data[at + 1 :]
        packed = CONTAINERS[one.container].pack(changed, found.name.rpartition(".")[0], folder)
        places.append((found.name, *place(found.data, _same(found.data, packed))))
    return places


def _same(one: bytes, other: bytes) -> int:
    """Return how many bytes two texts have in common at their beginning."""
    return next((at for at, (left, right) in enumerate(zip(one, other, strict=False)) if left != right), len(one))
