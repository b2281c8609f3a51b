"""Keys in texts that are derived from a text: where they are, how they are written, and which of two counts."""

from __future__ import annotations

import base64

import pytest

from keyguard.engine import compiled
from keyguard.engine.overlaps import Found, with_derived
from keyguard.masking.known_values import KNOWN
from keyguard.model.finding import Match
from keyguard.triage.findings import decide
from keyguard.triage.policy import Policy
from tests.helpers.checkout import made_up_key
from tests.helpers.seeing import engine, key, see

KEY = key("sk_live_{alnum:32}", "derived")


def in_base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize("kind", compiled.ENGINES[1:])
@pytest.mark.parametrize(
    ("way", "written", "span"),
    [
        ("base64", in_base64(KEY), (0, 54)),
        ("base64", in_base64(f"key={KEY}\n"), (5, 59)),
        ("hex", KEY.encode().hex(), (0, 80)),
        ("hex", f":{KEY};".encode().hex().upper(), (2, 82)),
    ],
)
def test_an_encoded_key_is_found_where_its_encoded_form_stands(
    kind: str, way: str, written: str, span: tuple[int, int]
) -> None:
    text = f"one: 1\n  token: {written}\n"
    (match,) = engine(kind).matcher.find(text.encode()).matches
    at = text.index(written)
    assert (match.secret.decode(), match.way) == (KEY, (way,))
    assert (match.start - at, match.end - at) == span
    assert match.body - match.start == len("sk_live_")


def test_a_key_has_one_fingerprint_however_it_is_written() -> None:
    (plain,), (coded,) = see(f"token: {KEY}"), see(f"token: {in_base64(KEY)}")
    assert plain.fingerprint == coded.fingerprint
    assert "written in base64" in coded.attribution.because
    assert (plain.occurrence.way, coded.occurrence.way) == ("", "base64")


def test_the_encoded_form_is_shown_nowhere() -> None:
    written = in_base64(KEY)
    (coded,) = see(f"token: {written}  # rotate")
    assert coded.occurrence.snippet.text == f"token: {coded.masked}==  # rotate"
    assert written[8:20] not in KNOWN.mask(f"x {written} y")


def _match(start: int, end: int, secret: bytes) -> Match:
    return Match(start, end, start, secret, (0,), start, end)


def test_a_match_of_the_text_itself_wins_over_the_same_one_of_a_derived_text() -> None:
    plain = _match(4, 10, b"abcdef")
    assert with_derived(Found([plain], []), Found([_match(4, 10, b"abcdef")], [])).matches == [plain]
    assert with_derived(Found([plain], []), Found([_match(6, 12, b"cdefgh")], [])).matches == [plain]


def test_a_derived_match_of_which_the_text_holds_a_piece_wins_over_the_piece() -> None:
    whole = _match(4, 20, b"abcdefghij")
    other = _match(30, 34, b"abcd")
    found = with_derived(Found([_match(4, 10, b"abcdef"), other], []), Found([whole], []))
    assert found.matches == [whole, other]


def test_several_derived_matches_may_be_at_one_place() -> None:
    both = [_match(0, 40, b"one"), _match(0, 40, b"two")]
    assert with_derived(Found([], []), Found([*both, both[0]], [])).matches == both


def test_a_parser_tells_more_of_a_private_key_and_the_decoded_key_is_its_value() -> None:
    pem = key("{pem:RSA PRIVATE KEY}", "kubeconfig")
    config = f"apiVersion: v1\nkind: Config\nusers:\n- user:\n    client-key-data: {in_base64(pem)}\n"
    (plain,), (coded,) = see(pem), see(config, b"cluster.yaml")
    assert (plain.attribution.rule, coded.attribution.rule) == ("private-key", "kubeconfig-credential")
    assert plain.fingerprint == coded.fingerprint
    (finding,) = decide([plain, coded], engine().ruleset, Policy()).findings
    assert (finding.rule, finding.judged, len(finding.occurrences)) == ("private-key", False, 2)


def test_a_vendors_key_in_a_kubernetes_secret_is_that_vendors() -> None:
    (coded,) = see(f"apiVersion: v1\nkind: Secret\ndata:\n  STRIPE_SECRET_KEY: {in_base64(KEY)}\n", b"s.yaml")
    assert (coded.judged, coded.attribution.vendor) == (None, "stripe")
    assert "base64 of data.STRIPE_SECRET_KEY in a Kubernetes Secret" in coded.attribution.because


def test_the_first_line_of_an_encoded_key_is_no_key_of_its_own() -> None:
    made_up = made_up_key(5)
    text = base64.encodebytes(f"some config here\nSTRIPE={made_up}\nmore stuff follows after it and on".encode())
    found = engine().matcher.find(b"x:\n" + text, b"a.txt").matches
    assert [match.secret.decode() for match in found] == [made_up]
