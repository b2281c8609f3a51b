"""A key is found however it is written, put together and packed: with its value, its place, and how it is written.

What is lost of three thousand combinations (15) is of these kinds:

- a line of YAML of 400 characters or more, that goes on: roblox-session-cookie, lwa-refresh-token;
- literals side by side in one line of which the next one begins like an option or a path (``PREFIX "-4d18"``): in a
  command that is another word;
- what shows that there is a key is cut, and its pieces are written as codes in the expressions of a template;
- only the whole key shows that it is one (discord-bot-token, by its length), and it is cut and encoded twice;
- a key with ``$`` in it, in lines of YAML or in quoted-printable: the rest may be a name.

And in notebooks, whose text is searched as it is, too, the first piece of an encoded key may be a secret of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.calling import Inside
from tests.helpers.combinations import Combination, Planted, combinations, expectations, planted

pytest_plugins = ("tests.helpers.commandline",)

#: ways that tell what a key is decoded from, whatever stands around it
_TOLD = frozenset(("base64", "hex", "gzip", "deflate", "UTF-16"))


def _found(inside: Inside, folder: Path) -> dict[int, list[tuple[str, str, int, int, frozenset[str]]]]:
    """Return number of the file -> fingerprint, path, line, column and ways of all keys in it."""
    found: dict[int, list[tuple[str, str, int, int, frozenset[str]]]] = {}
    for finding in inside.scan(cwd=folder).document["findings"]:
        for one in finding["occurrences"]:
            ways = frozenset(one.get("way", "").split(" in ")) - {""}
            place = one["path"], one["line"], one["column"]
            found.setdefault(int(one["path"][:4]), []).append((finding["fingerprint"], *place, ways))
    return found


def _lost(inside: Inside, count: int, seed: str = "sight") -> Iterator[str]:
    """Yield the combinations that are not found, or with anything else, each with what is found."""
    packed, plain, made = (inside.folder / name for name in ("packed", "plain", "made"))
    for folder in (packed, plain, made):
        folder.mkdir()
    written = [(one, planted(one, made)) for one in combinations(count, seed)]
    for one, file in written:
        (packed / file.name).write_bytes(file.data)
        (plain / f"{one.number:04}").write_text(file.plain)
    there, here = _found(inside, packed), _found(inside, plain)
    for one, file in written:
        (fingerprint,) = {name for name, *_ in here[one.number]}
        found = there.get(one.number, [])
        if len(found) != 1 or found[0][0] != fingerprint or not _is_right(one, file, found[0][1:], made):
            yield f"{one}: {found}"


def _is_right(one: Combination, file: Planted, found: tuple[str, int, int, frozenset[str]], folder: Path) -> bool:
    """Whether a key is found at its place, and it is said how it is written."""
    *place, ways = found
    expected = frozenset(file.text.way)
    return (
        tuple(place) in {*expectations(one, file, folder)}
        and ways >= expected & _TOLD
        # in a mail or a notebook it may be found where it stands in that; and what is around it may be encoded
        and (ways <= expected or not expected or place[0] == file.name)
        and (bool(ways) or not expected)
    )


def test_keys_are_found_in_a_sample_of_combinations(inside: Inside) -> None:
    lost = [*_lost(inside, 60)]
    assert len(lost) <= 1, lost


@pytest.mark.long
@pytest.mark.parametrize("seed", ["sight", "another"])
def test_99_of_100_combinations_are_found(inside: Inside, seed: str) -> None:
    lost = [*_lost(inside, 3000, seed)]
    assert len(lost) <= 30, "\n".join(lost)
