"""Texts in containers are inspected once; the same texts elsewhere are found all the same."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

import pytest

from keyguard.inspection.inspector import Inspector
from keyguard.inspection.known_texts import KnownTexts
from keyguard.model.finding import Blob, Where
from tests.helpers.checkout import made_up_key
from tests.helpers.seeing import inspector


def archive(files: dict[str, str]) -> bytes:
    """Return a zip archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as opened:
        for name, text in files.items():
            opened.writestr(name, text)
    return out.getvalue()


def test_the_same_text_is_searched_once(monkeypatch: pytest.MonkeyPatch) -> None:
    searched: list[bytes] = []
    really = Inspector.suspects

    def counting(self: Inspector, texts: Sequence[bytes], paths: Sequence[bytes] = ()) -> object:
        searched.extend(texts)
        return really(self, texts, paths)

    monkeypatch.setattr(Inspector, "suspects", counting)
    found = inspector()
    for number in range(3):
        found.inspect(
            Blob(b"", Where.HISTORY), archive({"same.txt": "the same text", "other.txt": f"version {number}"})
        )
    assert searched.count(b"the same text") == 1
    assert len(searched) == 4


def test_a_key_is_found_in_each_archive() -> None:
    found = inspector()
    packed = archive({"a.txt": f"key = '{made_up_key(15)}'", "b.txt": "nothing"})
    seen = [found.inspect(Blob(b"", Where.HISTORY), packed) for _ in range(2)]
    assert [len(one.sightings) for one in seen] == [1, 1]


def test_a_text_is_known_under_the_path_that_it_was_empty_under() -> None:
    known = KnownTexts()
    known.add(b"a", b"path")
    assert known.holds(b"a", b"path")
    assert not known.holds(b"a", b"another")
    known.add(b"a")
    assert known.holds(b"a", b"another")


def test_what_a_credential_file_holds_is_read_though_the_text_is_known() -> None:
    found = inspector()
    text = f"db.example.com:5432:shop:shop:{made_up_key(3)[-14:]}\n"
    found.inspect(Blob(b"", Where.HISTORY), archive({"notes.txt": text}))
    seen = found.inspect(Blob(b"", Where.HISTORY), archive({"home/.pgpass": text}))
    assert (
        len(seen.sightings)
        == len(inspector().inspect(Blob(b"", Where.HISTORY), archive({"home/.pgpass": text})).sightings)
        == 1
    )
