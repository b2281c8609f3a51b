"""A value is masked wherever it stands and however it is written, and nothing else is."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from html import escape
from urllib.parse import quote

import pytest

from keyguard.masking import known_values as known_module
from keyguard.masking.known_values import KnownValues
from keyguard.masking.values import MASK, Value, is_ordinary, looks_random
from keyguard.report import json_objects
from tests.helpers.calling import parts_of
from tests.helpers.checkout import made_up_key
from tests.helpers.processor_time import is_at_most

KEY = made_up_key(1)
BODY = KEY[8:]
SHOWN = f"sk_live_{MASK}{KEY[-4:]}"
HEX = made_up_key(2).encode().hex()[:40]


def value(text: str, body: int = 0, mask: str = MASK, *, chosen: bool = False) -> Value:
    return Value(text.encode(), body, mask, f"of {text}", chosen)


@pytest.fixture
def known() -> KnownValues:
    found = KnownValues()
    found.note(value(KEY, 8, SHOWN))
    return found


FORMS: dict[str, Callable[[str], str]] = {
    "hex": lambda key: key.encode().hex(),
    "HEX": lambda key: key.encode().hex().upper(),
    "hex behind a digit": lambda key: "7" + key.encode().hex(),
    "hex of UTF-16": lambda key: key.encode("utf-16-le").hex(),
    "percent": lambda key: "".join(f"%{ord(char):02X}" for char in key),
    "percent here and there": lambda key: key.replace("_", "%5f"),
    "\\u": lambda key: "".join(f"\\u{ord(char):04x}" for char in key),
    "\\u{}": lambda key: "".join(f"\\u{{{ord(char):x}}}" for char in key),
    "\\x": lambda key: "".join(f"\\x{ord(char):02x}" for char in key),
    "octal": lambda key: "".join(f"\\{ord(char):03o}" for char in key),
    "decimal entities": lambda key: "".join(f"&#{ord(char)};" for char in key),
    "entities": lambda key: "".join(f"&#x{ord(char):X};" for char in key),
    "UTF-16": lambda key: key.encode("utf-16-le").decode("latin-1"),
    "UTF-16, made visible": lambda key: key.encode("utf-16-be").decode("latin-1").replace("\0", "\\x00"),
    "reversed": lambda key: key[::-1],
    "base64 of UTF-16": lambda key: base64.b64encode(key.encode("utf-16-le")).decode(),
} | {
    f"base64 {shift}, {name}": lambda key, shift=shift, code=code: code(b"user:"[: shift + 1] + key.encode()).decode()
    for shift in range(3)
    for name, code in (("standard", base64.b64encode), ("for addresses", base64.urlsafe_b64encode))
}


@pytest.mark.parametrize("around", ["{}", "backup_{}_old.env", "x{}y", "a/b.{}.txt", '"{}"', "({})", "-{}-"])
def test_a_value_is_masked_whatever_stands_around_it(known: KnownValues, around: str) -> None:
    assert known.mask(around.format(KEY)) == around.format(SHOWN)
    assert known.mask(f"é {around.format(KEY)}\n") == f"é {around.format(SHOWN)}\n"
    assert known.mask_bytes(b"\xff" + around.format(KEY).encode()) == b"\xff" + around.format(SHOWN).encode()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("around", ["{}", "backup_{}.env", "x/y{}z"])
def test_a_value_is_masked_in_every_form(known: KnownValues, form: str, around: str) -> None:
    coded = FORMS[form](KEY)
    shown = known.mask(around.format(coded))
    assert MASK in shown
    assert not {part for part in parts_of(coded, 12) if part in shown}
    assert shown[:1] == around[:1] or around == "{}"


@pytest.mark.parametrize("length", [8, 9, 13, 24])
def test_an_end_of_a_value_shows_no_more_than_the_mask(known: KnownValues, length: int) -> None:
    assert known.mask(f"a/{KEY[: 8 + length]}...") == f"a/sk_live_{MASK}..."
    assert known.mask(f"...{KEY[-length:]}.txt") == f"...{MASK}{KEY[-4:]}.txt"
    assert known.mask(f"...{KEY[4 : 12 + length]}") == f"...ive_{MASK}"


def test_ten_characters_from_the_middle_are_masked(known: KnownValues) -> None:
    for at in range(1, len(BODY) - 11):
        assert known.mask(f"x {BODY[at : at + 10]} y") == f"x {MASK} y"


def test_what_is_no_value_stays(known: KnownValues) -> None:
    known.note(value("correct-horse-battery-staple9!", chosen=True))
    for text in ("src/components/LoginForm2.tsx", f"{BODY[:7]} {BODY[-7:]}", "battery-staple9", SHOWN, "sk_live_", ""):
        assert known.mask(text) == text


def test_of_a_password_only_all_of_it_is_masked(known: KnownValues) -> None:
    for text in ("Pass-Word-Of-Mine!", "two words, and (more)", 'with "quotes" and \\'):
        known.note(value(text, chosen=True))
        assert known.mask(f"x={text}.") == f"x={MASK}."
        assert known.mask(text[:-2]) == text[:-2]
    assert json.loads(known.mask(json.dumps('a with "quotes" and \\'))) == f"a {MASK}"


def test_many_passwords_that_are_no_words(known: KnownValues) -> None:
    texts = [f"no word, (number {number})" for number in range(200)]
    for text in texts:
        known.note(value(text, chosen=True))
    assert known.mask("; ".join(texts)) == "; ".join([MASK] * 200)


@pytest.mark.parametrize("text", ["postgres-password", "summer2024", "Correct.Horse", "short8!x", "hunter2"])
def test_words_and_short_values_are_masked_in_their_own_names_alone(text: str) -> None:
    known = KnownValues()
    known.note(value(text, chosen=True))
    assert known.mask(f"a/{text}/b") == f"a/{text}/b"
    assert known.mask_own(f"of {text}", f"a/{text}/b".encode()) == f"a/{MASK}/b".encode()
    assert known.mask_own("of another", f"a/{text}/b".encode()) == f"a/{text}/b".encode()


def test_a_word_within_another_is_not_meant() -> None:
    known = KnownValues()
    known.note(value("dev", chosen=True))
    assert known.mask_own("of dev", b"devices/dev/a.txt") == b"devices/" + MASK.encode() + b"/a.txt"


def test_ids_stay_whole_though_a_value_looks_the_same(known: KnownValues) -> None:
    known.note(value(HEX))
    assert known.mask(f"commit {HEX} of KG-{KEY[8:14]}") == f"commit {MASK} of KG-{KEY[8:14]}"
    known.exempt(lambda: [HEX])
    assert known.mask(f"commit {HEX}, blob:{HEX}, x{HEX}.txt") == f"commit {HEX}, blob:{HEX}, x{HEX}.txt"
    assert known.mask(f"{HEX}.{KEY}") == f"{HEX}.{SHOWN}"


@pytest.mark.parametrize(
    "text", ['", "where": "tree', 'a"b\\c}d{e,f]g', "line one of it\nand line two", "{}[],:{}[],:"]
)
def test_json_stays_json(monkeypatch: pytest.MonkeyPatch, known: KnownValues, text: str) -> None:
    known.note(value(text, chosen=True))
    monkeypatch.setattr(json_objects, "KNOWN", known)
    found = {"id": KEY, "path": f"a{text}b", "list": [f"{KEY}n", {"where": "tree", "uri": f"x/{KEY}"}], "line": 1}
    shown = json.loads(json_objects.to_json(found, indent=2))
    assert shown == {
        "id": KEY,
        "path": f"a{MASK}b",
        "list": [f"{SHOWN}n", {"where": "tree", "uri": f"x/{SHOWN}"}],
        "line": 1,
    }


def test_a_private_key_is_masked_line_by_line() -> None:
    lines = [base64.b64encode(made_up_key(seed).encode() + b"_padding").decode() for seed in range(20)]
    head = "-----BEGIN PRIVATE KEY-----"
    known = KnownValues()
    known.note(value("\n".join([head, *lines, "-----END PRIVATE KEY-----"]), len(head) + 1, head + MASK))
    for line in lines:
        assert known.mask(f"a/{line}.txt").startswith(f"a/{MASK}")


def test_names_that_are_random_are_told_from_others() -> None:
    assert looks_random(KEY)
    assert looks_random(f"backup_{KEY}.env")
    for text in ("src/components/LoginFormField.tsx", "release-2024-01-02", "tests/hostile/test_redaction.py", ""):
        assert not looks_random(text)
    assert is_ordinary(b"Summer-Of-69")
    assert not is_ordinary(BODY.encode())


def test_percent_in_an_address_and_entities_in_a_page(known: KnownValues) -> None:
    known.note(value("a+b/c=d&e<f1G2h3", chosen=True))
    assert known.mask(f"https://x.example/?k={quote('a+b/c=d&e<f1G2h3', safe='')}") == f"https://x.example/?k={MASK}"
    assert known.mask(escape("x-a+b/c=d&e<f1G2h3")) == f"x-{MASK}"


def _masking(known: KnownValues, text: str) -> Callable[[], object]:
    known.mask("x")
    return lambda: known.mask(text)


def test_time_grows_with_the_text_and_not_with_the_number_of_values() -> None:
    few, many = KnownValues(), KnownValues()
    for seed in range(600):
        (few if seed < 20 else many).note(value(made_up_key(seed), 8, MASK))
    text = " ".join(f"src/{made_up_key(seed)[8:20]}/{seed}_{made_up_key(seed)}.txt" for seed in range(1000, 6000))
    assert is_at_most(_masking(many, text), _masking(few, text), 3)
    assert is_at_most(_masking(few, text * 4), _masking(few, text), 8)


@pytest.mark.parametrize("unit", ["%73", "&#x", "\\u00", "\\x", "ab%", "736b5f", "c2tf", "sk_live_", "\0s"])
def test_hard_text_takes_linear_time(known: KnownValues, unit: str) -> None:
    short, long = (unit * (size // len(unit)) for size in (1 << 15, 1 << 17))
    assert is_at_most(_masking(known, long), _masking(known, short), 10)


def test_passwords_that_all_but_repeat_take_linear_time() -> None:
    known = KnownValues()
    for number in range(10):
        known.note(value("a1b2" * (20 + number) + "!x", chosen=True))
    assert is_at_most(_masking(known, "a1b2" * 16384), _masking(known, "a1b2" * 4096), 10)


def test_what_was_looked_at_is_not_looked_at_again(known: KnownValues, monkeypatch: pytest.MonkeyPatch) -> None:
    text = '{"a": "b"}'
    assert not known.shows(text)
    monkeypatch.setattr(known_module.KnownValues, "_masker", None)
    assert known.mask(text) == text
    assert known.mask(text + "\n") == text + "\n"
