"""What may be passed over: a version of a text without a key, to which a delta adds none."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from keyguard.history.contents import blobs, inspection
from keyguard.history.contents.delta_prefilter import DeltaPrefilter
from keyguard.inspection.inspector import Inspector
from tests.helpers import seeing
from tests.helpers.repos import Repo
from tests.history.asking import key
from tests.history.packfiles import Delta, broken_deltas, copy, delta_of, insert
from tests.history.packing import content, repacked
from tests.history.surveying import survey_of

KEY = key("sieved").encode()
#: parts of keys, which may come to stand side by side
PIECES = [KEY[:3], KEY[3:8], KEY[:8], KEY[8:20], KEY[20:], KEY[1:], KEY[:-1], b"\n", b" ", b"\0", b"a word " * 9]
#: and of one in base64, and in percent-encoding
CODED = base64.b64encode(b"=" + KEY)
PIECES += [CODED[:7], CODED[7:], CODED, b"".join(b"%%%02x" % byte for byte in KEY[:9])]


@pytest.fixture(scope="module", params=["hyperscan", "python"])
def prefilter(request: pytest.FixtureRequest) -> DeltaPrefilter:
    engine = seeing.engine(request.param)
    return DeltaPrefilter(engine.prefilter, engine.matcher.promising, Inspector(engine).genuine)


@st.composite
def versions(draw: st.DrawFn) -> Delta:
    """A text of pieces of keys and words, and another that a delta makes of it."""
    pieces = st.lists(st.sampled_from(PIECES), min_size=1, max_size=8).map(b"".join)
    base, operations, result = draw(pieces), list[bytes](), b""
    for _ in range(draw(st.integers(1, 6))):
        if draw(st.booleans()):
            start = draw(st.integers(0, len(base) - 1))
            size = draw(st.integers(1, len(base) - start))
            operations.append(copy(start, size))
            result += base[start : start + size]
        else:
            data = draw(st.sampled_from(PIECES))
            operations.append(insert(data))
            result += data
    return Delta(base, delta_of(base, result, *operations), result)


def holds(prefilter: DeltaPrefilter, text: bytes) -> bool:
    hits = prefilter._prefilter.search(text)
    return b"\0" in text or bool(hits.anchors or hits.encoded)


@settings(max_examples=150)
@given(st.lists(versions(), max_size=6))
@example([Delta(b"ab" + KEY, delta_of(b"ab" + KEY, KEY, copy(2, len(KEY))), KEY)])
def test_what_is_passed_over_holds_nothing(prefilter: DeltaPrefilter, some: list[Delta]) -> None:
    plain, sizes = prefilter.keyless([one.delta for one in some], [one.base for one in some])
    assert sizes == [len(one.result) for one in some]
    for one, nothing in zip(some, plain, strict=True):
        assert not nothing or holds(prefilter, one.base) or not holds(prefilter, one.result)


def test_words_in_the_place_of_others_are_passed_over(prefilter: DeltaPrefilter) -> None:
    base = KEY + b"\n" + b"some words " * 50
    result = base[:200] + b"other words" + base[250:]
    delta = delta_of(base, result, copy(0, 200), insert(b"other words"), copy(250, len(base) - 250))
    cut = delta_of(base, base[5:], copy(5, len(base) - 5))
    split = delta_of(base, base[:5] + b" " + base[5:], copy(0, 5), insert(b" "), copy(5, len(base) - 5))
    again = delta_of(base, base + KEY, copy(0, len(base)), insert(KEY))
    plain, sizes = prefilter.keyless([delta, cut, split, again], [base] * 4)
    assert plain == [True, True, True, False]
    assert sizes == [len(result), len(base) - 5, len(base) + 1, len(base) + len(KEY)]


@given(st.lists(broken_deltas(), max_size=4))
def test_a_damaged_delta_is_not_passed_over(prefilter: DeltaPrefilter, some: list[tuple[bytes, bytes]]) -> None:
    plain, _ = prefilter.keyless([delta for _, delta in some], [base for base, _ in some])
    assert not any(plain)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    return content(Repo(tmp_path_factory.mktemp("packing") / "source"))


@pytest.mark.parametrize("name", ["one-pack", "depth-4095", "ref-deltas", "thin"])
@pytest.mark.parametrize("held", [0, 1 << 20])
def test_nothing_is_missed_by_looking_at_deltas_only(
    source: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, held: int
) -> None:
    repo = repacked(source, tmp_path, name)
    monkeypatch.setattr(blobs, "_MORE", 1 << 40)
    expected = survey_of(repo.path)
    monkeypatch.setattr(blobs, "_TIMES", 0)
    monkeypatch.setattr(blobs, "_MORE", -1)
    monkeypatch.setattr(blobs, "_HELD", held)
    monkeypatch.setattr(inspection, "_TOGETHER", held)
    assert survey_of(repo.path) == expected
