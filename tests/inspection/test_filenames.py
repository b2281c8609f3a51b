"""A key in a name is found, and nowhere shown."""

from __future__ import annotations

import msgspec
import pytest

from keyguard.engine import compiled
from keyguard.engine.compiled import Engine
from keyguard.inspection.filenames import Names, mask_message
from keyguard.model.finding import Occurrence, Skipped, Snippet, Trace, Where
from keyguard.support.errors import RuleError
from tests.helpers import seeing
from tests.helpers.calling import parts_of
from tests.helpers.checkout import made_up_key

KEY = made_up_key(1)
MASKED = f"sk_live_********{KEY[-4:]}"


@pytest.fixture(scope="module")
def engine() -> Engine:
    return seeing.engine()


def found(engine: Engine, *paths: str) -> list[tuple[bytes, int, int]]:
    return [
        (one.occurrence.path, one.occurrence.line, one.occurrence.column)
        for one in Names(engine).sightings([path.encode() for path in paths], Where.TREE)
    ]


def test_a_key_in_a_name_is_found_wherever_it_stands(engine: Engine) -> None:
    paths = ["a.txt", f"{KEY}.txt", f"b/{KEY}", f"c/x-{made_up_key(2)}/d.txt", "e.txt"]
    assert [(path.decode(), column) for path, _, column in found(engine, *paths)] == [
        (paths[1], 1),
        (paths[2], 3),
        (paths[3], 5),
    ]


def test_names_without_keys_are_nothing(engine: Engine) -> None:
    assert found(engine) == []
    assert found(engine, "a.txt", "sk_live_.txt", "b/sk_test_your_key_here") == []


def test_two_names_that_meet_are_no_key(engine: Engine) -> None:
    assert found(engine, KEY[:20], KEY[20:]) == []


def test_a_key_in_the_name_of_a_folder_is_found_once(engine: Engine) -> None:
    other = made_up_key(2)
    paths = [f"{KEY}/a.txt", f"{KEY}/b/c.txt", f"{KEY}/{other}/d.txt", f"{KEY}/{other}/e.txt"]
    assert [path.decode() for path, _, _ in found(engine, *paths)] == [paths[0], paths[2], paths[2]]


def test_a_name_is_masked_where_it_is_shown(engine: Engine) -> None:
    names = Names(engine)
    assert names.masked(f"a/{KEY}/{KEY}.txt".encode()) == f"a/{MASKED}/{MASKED}.txt".encode()
    assert names.masked(b"a/b.txt") == b"a/b.txt"
    assert names.masked(b"\xff" + KEY.encode() + b"\n") == b"\xff" + MASKED.encode() + b"\n"


def test_masking_reaches_sightings_and_gaps(engine: Engine) -> None:
    names = Names(engine)
    (sighting,) = names.sightings([f"{KEY}.txt".encode()], Where.TREE)
    hidden = names.hide(sighting)
    assert hidden.occurrence.path == f"{MASKED}.txt".encode()
    assert not [part for part in parts_of(KEY[8:]) if part in repr(msgspec.to_builtins(hidden))]
    skipped = Skipped(f"{KEY}.txt".encode(), "unreadable", f"cannot open {KEY}")
    assert names.hide_in(skipped) == Skipped(f"{MASKED}.txt".encode(), "unreadable", f"cannot open {MASKED}")


def test_masking_reaches_the_names_of_refs_and_people(engine: Engine) -> None:
    names = Names(engine)
    (sighting,) = names.sightings([b"x/" + KEY.encode()], Where.HISTORY)
    refs = ("refs/heads/main", f"refs/heads/{KEY}", "refs/tags/\udcff")
    trace = Trace(kind="blob", author=f"{KEY} <a@example.com>", refs=refs)
    place = msgspec.structs.replace(sighting.occurrence, trace=trace)
    hidden = names.hide(msgspec.structs.replace(sighting, occurrence=place)).occurrence.trace
    assert hidden == Trace(
        kind="blob", author=f"{MASKED} <a@example.com>", refs=(refs[0], f"refs/heads/{MASKED}", refs[2])
    )
    calm = msgspec.structs.replace(place, path=b"a", trace=Trace(kind="blob", author="A", refs=refs[::2]))
    plain = msgspec.structs.replace(sighting, occurrence=calm)
    assert names.hide(plain) is plain


def test_what_holds_no_key_stays_the_very_same(engine: Engine) -> None:
    (sighting,) = Names(engine).sightings([KEY.encode()], Where.TREE)
    snippet = Snippet(text="x", start=0, end=1)
    place = Occurrence(path=b"a", line=1, column=1, end_line=1, end_column=2, where=Where.TREE, snippet=snippet)
    plain = msgspec.structs.replace(sighting, occurrence=place)
    assert Names(engine).hide(plain) is plain


def test_messages_are_masked_as_names_are() -> None:
    assert mask_message(f"{KEY}: no such file") == f"{MASKED}: no such file"
    assert mask_message("a.txt\udcff: no such file") == "a.txt\udcff: no such file"


def test_without_rules_all_that_looks_random_is_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Engine:
        raise RuleError("no rules")

    monkeypatch.setattr(compiled, "load", broken)
    assert mask_message(f"{KEY}: no such file") == "********: no such file"
