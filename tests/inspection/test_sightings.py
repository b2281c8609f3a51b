"""From texts to sightings: encodings, places, wide strings; nothing depends on where a page or a piece ends."""

from __future__ import annotations

import codecs
import functools
import random
from collections.abc import Callable

import msgspec
import pytest

from keyguard.engine import page
from keyguard.inspection import sightings
from keyguard.model.finding import Certainty, Sighting
from tests.helpers.seeing import in_pieces, key, see

#: enough for the keys below, for markers and for what stands around a key
MARGIN = 16 << 10


def without_hash(found: list[Sighting]) -> list[Sighting]:
    """Everything but the hash of the line, which only texts of one page have."""
    replace = msgspec.structs.replace
    return [replace(one, occurrence=replace(one.occurrence, line_hash="")) for one in found]


@functools.cache
def seen(data: bytes) -> list[Sighting]:
    """What is seen in a text, before anything is cut."""
    return see(data)


@pytest.fixture
def cut(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, int], None]:
    """Makes pages small."""

    def cut_at(size: int, margin: int = MARGIN) -> None:
        monkeypatch.setattr(page, "PAGE", size)
        monkeypatch.setattr(page, "MARGIN", margin)
        monkeypatch.setattr(page, "HEAD", 8192)
        monkeypatch.setattr(sightings, "PAGE", size)

    cut_at(8 << 20)
    return cut_at


def busy_text(seed: str, end: str = "\n", size: int = 70_000) -> str:
    """Lines of prose and code with keys of all kinds, names, markers, imports, words of several bytes a character."""
    source = random.Random(seed)
    words = [
        "alpha",
        "größe",
        "数据",
        "🔑",
        "naïve",
        "x = 1;",
        "stripe",
        "{",
        "}",
        "https://api.clerk.com/v1",
        "\t",
        "",
    ]
    lines = ["import paystack", ""]
    count = 0
    while sum(map(len, lines)) < size:
        line = " ".join(source.choice(words) for _ in range(source.randrange(12)))
        if source.random() < 0.25:
            count += 1
            name = source.choice(["STRIPE_KEY", "clerkKey", "key", "token"])
            marker = source.choice(["", "", "  # keyguard: allow tested", "  # gitleaks:allow", " # stripe"])
            line = f'{line} {name} = "{key(source.choice(KINDS), f"{seed}/{count}")}"{marker}'
        elif source.random() < 0.05:
            line = source.choice(["# keyguard: allow[sk-key] above", "# pragma: allowlist nextline secret"])
        lines.append(line)
    return end.join(lines)


KINDS = [
    *["sk_live_{alnum:32}", "ghp_{github}", "sk_test_{hex:40}", "pk_live_{alnum:24}", "npm_{crc}", "AIza{b64url:35}"]
    * 3,
    "{pem}",
]


# --- pages and pieces ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
@pytest.mark.parametrize("size", [997, 8192, 40_000])
def test_a_text_of_lines_is_seen_alike_however_it_is_cut(cut: Callable[[int, int], None], size: int, end: str) -> None:
    # the smaller the pages, the more of them hold the same key
    data = busy_text(end, end, size=max(14_000, min(70_000, 2 * size))).encode()
    whole = seen(data)
    assert len(whole) > 40
    assert {one.attribution.certainty for one in whole} == set(Certainty)
    assert sum(one.suppression is not None for one in whole) > 10
    cut(size, MARGIN)
    assert without_hash(see(data)) == without_hash(whole)


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
@pytest.mark.parametrize("start", ["", "é" * 50, "\n" + "é" * 5000], ids=["plain", "few", "many"])
def test_a_text_of_one_line_is_seen_alike_however_it_is_cut(
    cut: Callable[[int, int], None], encoding: str, start: str, thorough: bool
) -> None:
    text = start + "".join(f"é°À{'x' * (n % 700)};k='{key(seed=str(n))}'" for n in range(75))
    data = text.encode(encoding)
    whole = seen(data)
    assert len(whole) == 75
    for size in range(20_000, 20_004, 1 if thorough else 3):
        cut(size, MARGIN)
        assert without_hash(see(data)) == without_hash(whole)


def test_columns_far_into_a_line_count_characters_and_not_bytes() -> None:
    secret = key()
    (found,) = see(("é数🔑" * 9000 + secret + "é" + "x").encode())
    assert (found.occurrence.line, found.occurrence.column) == (1, 27_001)
    assert found.occurrence.end_column == 27_001 + len(secret)


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\r\r\n", "\n\r"])
def test_a_cut_through_a_line_s_end_or_a_key_changes_nothing(
    cut: Callable[[int, int], None], end: str, thorough: bool
) -> None:
    # only where the pages meet there need be keys
    lines = [f"{'é' * (n % 5)}STRIPE_KEY={key(seed=str(n)) if (n + 2) % 20 < 5 else 'x' * 40}" for n in range(40)]
    data = end.join(lines).encode() + end.encode() * 3
    whole = seen(data)
    assert [one.occurrence.column for one in whole] == [n % 5 + 12 for n in range(40) if (n + 2) % 20 < 5]
    # a line takes 54 bytes or so: over its whole length once, and in short at its ends and in the key
    for size in range(1000, 1054) if thorough else (*range(1000, 1012, 2), 1025, 1040, *range(1050, 1054)):
        cut(size, 1200)
        assert without_hash(see(data)) == without_hash(whole)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 4095, 4096, 4097, 1 << 20])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32", "utf-32-be"])
def test_a_text_is_seen_alike_however_it_is_read(size: int, encoding: str) -> None:
    data = busy_text("pieces", size=6000).encode(encoding)
    whole = seen(data)
    assert len(whole) > 15
    assert in_pieces(data, size) == whole


@pytest.mark.parametrize("mark", [True, False], ids=["marked", "unmarked"])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_a_wide_text_is_seen_as_its_narrow_twin_however_it_is_cut(
    cut: Callable[[int, int], None], encoding: str, mark: bool, thorough: bool
) -> None:
    text = busy_text("wide", "\r\n", size=7_000)
    data = ("\ufeff" * mark + text).encode(encoding)
    narrow = without_hash(seen(text.encode()))
    assert without_hash(see(data)) == narrow
    for size in (997, 4096, 30_001) if thorough else (997, 30_001):
        cut(size, MARGIN)
        assert without_hash(see(data)) == narrow
        assert without_hash(in_pieces(data, 777)) == narrow


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_wide_strings_in_binaries_are_seen_alike_however_they_are_cut(
    cut: Callable[[int, int], None], encoding: str, thorough: bool
) -> None:
    source = random.Random(encoding)
    data = b"\x7fELF" + b"".join(
        source.randbytes(source.randrange(300)) + f" STRIPE_KEY='{key(seed=str(n))}' ".encode(encoding)
        for n in range(60)
    )
    whole = seen(data)
    assert len({one.fingerprint for one in whole}) == len(whole) == 60
    assert {one.attribution.vendor for one in whole} == {"stripe"}
    # all ways in which a page may end within a character of four bytes, of two on both sides of it
    for size in range(5000, 5009) if thorough else (5001, 5002, 5004):
        cut(size, 6000)
        assert without_hash(see(data)) == without_hash(whole)


# --- encodings and places -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
def test_line_and_column_are_those_that_an_editor_shows(encoding: str, end: str) -> None:
    secret = key()
    first = f'naïve 数据 🔑 key="{secret}"'
    (one, two) = see(end.join([first, "", f"\tkey={key(seed='b')} ", "" * 20]).encode(encoding))
    place = one.occurrence
    assert (place.line, place.column) == (1, first.index(secret) + 1)
    assert (place.end_line, place.end_column) == (1, place.column + len(secret))
    assert place.snippet.text == first.replace(secret, one.masked)
    assert (two.occurrence.line, two.occurrence.column) == (3, 6)


def test_a_key_in_the_first_characters_of_a_marked_text_stands_in_column_one() -> None:
    for encoding in ("utf-8-sig", "utf-16", "utf-32"):
        (found,) = see(f"{key()} = key".encode(encoding))
        assert (found.occurrence.line, found.occurrence.column) == (1, 1)
        assert found.occurrence.snippet.text.startswith("sk_live_")


def test_in_a_text_that_is_not_utf_8_every_byte_is_a_character() -> None:
    (found,) = see("gr\xf6\xdfe key=".encode("latin-1") + key().encode())
    assert (found.occurrence.column, found.occurrence.end_column) == (11, 51)


@pytest.mark.parametrize("before", ["x" * 4080, "\xa0" * 4080], ids=["plain", "latin"])
def test_a_key_never_ends_before_it_begins_even_where_counting_gets_coarser(before: str) -> None:
    secret = key()
    (found,) = see(before.encode("latin-1") + b" " + secret.encode())
    assert found.occurrence.end_column == found.occurrence.column + len(secret)


def test_nuls_around_a_key_hide_nothing() -> None:
    secret = key()
    for text in (f"\0{secret}\0", f"a\0b\0{secret}", f"{secret}\0\0\0", "\0" * 5000 + secret + "\0" * 5000):
        (found,) = see(text)
        assert found.masked.endswith(secret[-4:])


def test_a_key_of_several_lines_has_its_end_on_the_last() -> None:
    (found,) = see("é = '''" + key("{pem}") + "'''")
    assert (found.occurrence.line, found.occurrence.column) == (1, 8)
    assert found.occurrence.end_line == key("{pem}").count("\n")
    assert found.occurrence.end_column == len("-----END") + 1


@pytest.mark.parametrize("mark", [codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE])
def test_a_mark_that_lies_hides_nothing(mark: bytes) -> None:
    """Two bytes in front of a text of ASCII would otherwise turn it into noise."""
    (found,) = see(mark + f"STRIPE_KEY={key()}\n".encode())
    assert found.attribution.vendor == "stripe"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le"])
@pytest.mark.parametrize("odd", ["", "!"])
def test_what_is_put_behind_a_wide_text_in_other_bytes_is_seen_as_well(
    cut: Callable[[int, int], None], encoding: str, odd: str
) -> None:
    wide = f"\ufeffSTRIPE_KEY={key()}\r\n{'x' * 3000}\r\n".encode(encoding)
    appended = f"CLERK_KEY={key(seed='b')}\n{odd}".encode()
    data = wide + appended + f"\r\nPAYMONGO_KEY='{key(seed='c')}'".encode(encoding)
    for size in (8 << 20, 3000):
        cut(size, MARGIN)
        found = see(data)
        assert sorted(one.attribution.vendor for one in found) == ["clerk", "paymongo", "stripe"]
        assert {one.masked[-4:] for one in found} == {key(seed=seed)[-4:] for seed in ("", "b", "c")}


def test_a_table_of_numbers_is_not_taken_for_a_text() -> None:
    numbers = b"".join(bytes((n % 250 + 1, 0)) for n in range(4000))
    (found,) = see(numbers + f"STRIPE_KEY={key()}\n".encode())
    assert found.attribution.vendor == "stripe"


# --- what a sighting says -----------------------------------------------------------------------------------------


def test_the_name_of_a_key_is_the_same_wherever_and_as_whatever_it_is_seen() -> None:
    secret = key("sk_live_{hex:40}")
    found = see(f"STRIPE={secret}\nPAYSTACK={secret}\n{secret}\n") + see(secret.encode("utf-16"))
    assert len({one.attribution.rule for one in found}) == 2
    assert len({one.fingerprint for one in found}) == 1


def test_a_value_that_people_choose_and_one_they_do_not_have_each_their_own_name() -> None:
    """The name must not depend on which of the two was seen first."""
    token = key("{hex:32}")
    guessable, random_one = f"redis://app:{token}@db.internal:6379/0", f"TWILIO_AUTH_TOKEN={token}"
    names = [{one.attribution.rule: one.fingerprint for one in see(text)} for text in (guessable, random_one)]
    both = [see(f"{guessable}\n{random_one}\n"), see(f"{random_one}\n{guessable}\n")]
    for found in both:
        assert {one.attribution.rule: one.fingerprint for one in found} == {**names[0], **names[1]}


@pytest.mark.parametrize(
    ("template", "environment"),
    [
        ("STRIPE=sk_live_{alnum:24}", "live"),
        ("STRIPE=sk_test_{alnum:24}", "test"),
        ("STRIPE=pk_live_{alnum:24}", "publishable"),
        ("x = ghp_{github}", "unknown"),
        ("token = sk_prod_{alnum:30}", "live"),
    ],
)
def test_the_environment_is_told_by_the_prefix(template: str, environment: str) -> None:
    (found,) = see(key(template))
    assert found.environment.value == environment


def test_a_token_with_a_wrong_checksum_is_malformed_and_a_right_one_is_not() -> None:
    (right,) = see(key("ghp_{github}"))
    (wrong,) = see(key("ghp_{alnum:36}"))
    assert (right.malformed, wrong.malformed) == (False, True)


def test_placeholders_are_counted_and_not_seen(cut: Callable[[int, int], None]) -> None:
    from keyguard.model.finding import Blob, Where
    from tests.helpers.seeing import inspector

    blob = Blob(path=b"x", where=Where.STDIN)
    text = ("STRIPE_KEY=sk_live_" + "x" * 32 + "\n" + "y" * 900 + "\n") * 20
    for data in (text.encode(), text.encode("utf-16")):
        for size in (8 << 20, 1000):
            cut(size, MARGIN)
            seen = inspector().inspect(blob, data)
            assert (seen.sightings, seen.placeholders, seen.size) == ([], 20, len(data))


def test_no_part_of_a_secret_is_in_a_sighting() -> None:
    text = busy_text("secrets", size=8000)
    said = msgspec.json.encode(list(see(text))).decode()
    for one in see(text):
        assert one.masked in said
    for count in range(1, 60):
        for kind in set(KINDS) - {"{pem}"}:
            secret = key(kind, f"secrets/{count}")
            assert secret[8:20] not in said
            assert secret[-12:-4] not in said
