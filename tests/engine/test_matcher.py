"""From hits to matches: what is confirmed, what is a stand-in, and who wins where two rules meet."""

from __future__ import annotations

import base64
import hashlib

import pytest

from keyguard.engine import compiled
from keyguard.engine.matcher import Matcher
from keyguard.engine.overlaps import Found
from keyguard.model.finding import Rule, Vendor
from keyguard.rules.loader import RuleSet
from tests.engine.test_plan_builder import rule
from tests.helpers.seeing import key

BODY = key("{alnum:24}")


@pytest.fixture(params=compiled.ENGINES[1:])
def kind(request: pytest.FixtureRequest) -> str:
    """Each engine that there is."""
    name: str = request.param
    if name == "hyperscan":
        pytest.importorskip("hyperscan")
    return name


def matcher(*rules: Rule, kind: str = "python") -> Matcher:
    vendor = Vendor(id="v", name="V")
    return compiled.build(
        RuleSet(rules=tuple(sorted(rules, key=lambda one: one.id)), vendors={"v": vendor}), kind
    ).matcher


def found(text: str, *rules: Rule, kind: str = "python") -> list[tuple[str, tuple[str, ...]]]:
    """The secrets in a text and the rules that each matches."""
    made = matcher(*rules, kind=kind)
    matches = made.find(text.encode()).matches
    return [(one.secret.decode(), tuple(made.rules[index].id for index in one.rules)) for one in matches]


PREFIX = rule("prefix", "(?P<secret>tok_(?P<body>[A-Za-z0-9]{24}))")


def test_a_match_says_where_it_and_its_parts_are(kind: str) -> None:
    named = rule("named", "name=(?P<secret>tok_(?P<body>[A-Za-z0-9]{24}));")
    (one,) = matcher(named, kind=kind).find(f"  name=tok_{BODY};".encode()).matches
    assert (one.start, one.body, one.end) == (7, 11, 35)
    assert (one.full_start, one.full_end) == (2, 36)
    assert one.secret == f"tok_{BODY}".encode()


def test_a_rule_without_a_body_has_it_where_its_secret_begins(kind: str) -> None:
    (one,) = matcher(rule("x", "(?P<secret>tok_[A-Za-z0-9]{24})"), kind=kind).find(f"tok_{BODY}".encode()).matches
    assert one.body == one.start == 0
    either = rule("y", "(?P<secret>tok_(?:(?P<body>[0-9]{24})|[A-Za-z0-9]{24}))")
    (one,) = matcher(either, kind=kind).find(f" tok_{BODY}".encode()).matches
    assert one.body == one.start == 1


def test_nothing_is_found_where_nothing_is(kind: str) -> None:
    assert matcher(PREFIX, kind=kind).find(b"") == Found([], [])
    assert matcher(PREFIX, kind=kind).find(b"tok_short tok_") == Found([], [])


def test_every_one_of_many_is_found_in_order(kind: str) -> None:
    keys = [f"tok_{key('{alnum:24}', str(n))}" for n in range(50)]
    assert [secret for secret, _ in found(" ".join(keys), PREFIX, kind=kind)] == keys


# --- literals whose place is not known -----------------------------------------------------------------------------

INSIDE = rule("inside", "(?P<secret>[a-z]{1,6}-needle-[0-9]{4})", boundary="none")


@pytest.mark.parametrize(
    ("text", "secrets"),
    [
        ("ab-needle-1947", ["ab-needle-1947"]),
        ("abcdefgh-needle-1947", ["cdefgh-needle-1947"]),
        ("-needle-1947", []),
        ("ab-needle-194x", []),
        ("ab-needle-1947 cd-needle-2058", ["ab-needle-1947", "cd-needle-2058"]),
        ("ab-needle-ab-needle-1947", ["ab-needle-1947"]),
        ("-needle-ab-needle-1947-needle-2058", ["ab-needle-1947"]),
    ],
)
def test_a_literal_in_the_middle_leads_to_the_match_around_it(kind: str, text: str, secrets: list[str]) -> None:
    assert [secret for secret, _ in found(text, INSIDE, kind=kind)] == secrets


def test_a_match_that_ends_before_the_literal_it_was_searched_for_is_not_taken_for_it(kind: str) -> None:
    """The pattern matches ahead of the second literal without it, and again with it."""
    named = rule("named", "(?P<secret>[a-z]{3,9}[0-9]{4})", boundary="none", literals=["xyz"])
    text = "abc4071 def1947 lxyz5820"
    assert [secret for secret, _ in found(text, named, kind=kind)] == ["lxyz5820"]


def test_a_rule_is_only_found_through_the_literals_that_it_names(kind: str) -> None:
    named = rule("named", "(?P<secret>[A-Z]{2}[0-9]{6})", literals=["ACME"])
    assert found("AB194705", named, kind=kind) == []
    pattern = rule("named", "(?i:acme)[ :]{1,3}(?P<secret>[A-Z]{2}[0-9]{6})")
    assert found("Acme: QZ194705", pattern, kind=kind) == [("QZ194705", ("named",))]


# --- rules that meet -----------------------------------------------------------------------------------------------


def test_rules_of_one_family_share_a_match_of_one_span(kind: str) -> None:
    one = rule("one", "(?P<secret>tok_(?P<body>[A-Za-z0-9]{24}))", family="f")
    two = rule("two", "(?P<secret>tok_(?P<body>[A-Za-z0-9]{20,30}))", family="f")
    assert found(f"tok_{BODY}", one, two, kind=kind) == [(f"tok_{BODY}", ("one", "two"))]


def test_of_rules_that_overlap_the_surer_wins_then_the_longer_then_the_first(kind: str) -> None:
    sure = rule("sure", "(?P<secret>tok_(?P<body>[A-Za-z0-9]{24}))")
    long = rule("long", "(?P<secret>x:tok_(?P<body>[A-Za-z0-9]{24}))", confidence="medium")
    assert found(f"x:tok_{BODY}", sure, long, kind=kind) == [(f"tok_{BODY}", ("sure",))]
    longer = rule("longer", "(?P<secret>x:tok_(?P<body>[A-Za-z0-9]{24}))")
    assert found(f"x:tok_{BODY}", sure, longer, kind=kind) == [(f"x:tok_{BODY}", ("longer",))]
    twin = rule("twin", "(?P<secret>tok_[A-Za-z0-9]{24})")
    assert found(f"tok_{BODY}", sure, twin, kind=kind) == [(f"tok_{BODY}", ("sure",))]


def test_rules_that_merely_touch_are_both_heard(kind: str) -> None:
    left = rule("left", "(?P<secret>aaa_[0-9]{6})", boundary="none")
    right = rule("right", "(?P<secret>bbb_[0-9]{6})", boundary="none")
    assert [id for _, id in found("aaa_194705bbb_582630", left, right, kind=kind)] == [("left",), ("right",)]


# --- stand-ins -----------------------------------------------------------------------------------------------------


def test_a_stand_in_is_counted_and_not_found(kind: str) -> None:
    seen = matcher(PREFIX, kind=kind).find(b"tok_" + b"x" * 24)
    assert seen == Found([], [(0, 28)])


def test_a_stand_in_for_one_rule_may_be_a_key_for_another(kind: str) -> None:
    wordy = rule("wordy", "(?P<secret>tok_(?P<body>[A-Za-z0-9]{24}))", placeholders=[BODY[:8]])
    assert found(f"tok_{BODY}", wordy, kind=kind) == []
    assert found(f"tok_{BODY}", wordy, PREFIX, kind=kind) == [(f"tok_{BODY}", ("prefix",))]
    assert matcher(wordy, PREFIX, kind=kind).find(f"tok_{BODY}".encode()).placeholders == []


def test_a_body_that_is_less_random_than_the_rule_asks_for_is_a_stand_in() -> None:
    text = "tok_" + "adfkbcfadkbafcdkbfdakcbf"
    assert found(text, rule("strict", PREFIX.pattern, entropy=3.0)) == []
    assert found(text, rule("strict", PREFIX.pattern, entropy=1.5)) == [(text, ("strict",))]


def test_a_published_sample_is_known_by_its_digest_alone_for_every_rule() -> None:
    sample = f"tok_{BODY}"
    digest = hashlib.sha256(sample.encode()).hexdigest()
    publisher = rule("publisher", "(?P<secret>tok_(?P<body>[A-Za-z0-9]{24}))", family="f", samples=[digest])
    other = rule("other", "(?P<secret>tok_(?P<body>[A-Za-z0-9_]{24}))", family="f")
    assert found(sample, publisher, other) == []
    assert len(found(f"tok_{BODY[::-1]}", publisher, other)) == 1
    assert BODY not in repr(publisher)


def test_text_in_base64_is_a_stand_in_unless_a_checksum_says_what_it_is() -> None:
    import base64

    body = base64.b64encode(b"the quick brown fox jumps").decode().rstrip("=")
    plain = rule("plain", "(?P<secret>tok_(?P<body>[A-Za-z0-9]{30,40}))")
    assert found(f"tok_{body}", plain) == []
    checked = rule("plain", plain.pattern, checksum="mixed-case")
    assert len(found(f"tok_{body}", checked)) == 1


def test_what_fails_a_check_that_is_required_is_something_else_and_not_even_counted() -> None:
    checked = rule("checked", PREFIX.pattern, checksum="mixed-case")
    text = f"tok_{BODY.lower()}".encode()
    assert matcher(checked).find(text) == Found([], [])
    merely = rule("checked", PREFIX.pattern, checksum="github-crc32")
    assert len(matcher(merely).find(text).matches) == 1


def test_a_vendors_rule_wins_over_one_that_tells_of_nobody() -> None:
    """A password in an address may be a vendor's key: that says more, however short it is or unsure."""
    wide = rule("wide", "(?P<secret>pass=tok_[A-Za-z0-9]{24})")
    key_rule = rule("prefix", "(?P<secret>tok_(?P<body>[A-Za-z0-9]{24}))", vendor="w", confidence="low")
    vendors = {"v": Vendor(id="v", name="no vendor"), "w": Vendor(id="w", name="W", url="https://w.example")}
    made = compiled.build(RuleSet(rules=(key_rule, wide), vendors=vendors), "python").matcher
    (one,) = made.find(f"pass=tok_{BODY}".encode()).matches
    assert one.secret.decode() == f"tok_{BODY}"
    vendors["v"] = Vendor(id="v", name="V", names=("vvv",))
    made = compiled.build(RuleSet(rules=(key_rule, wide), vendors=vendors), "python").matcher
    (one,) = made.find(f"pass=tok_{BODY}".encode()).matches
    assert one.secret.decode() == f"pass=tok_{BODY}"


def test_what_added_rules_find_stands_beside_what_others_find() -> None:
    wide = rule(
        "wide", "(?P<secret>pass=tok_[A-Za-z0-9]{24})", samples=(hashlib.sha256(f"tok_{BODY}".encode()).hexdigest(),)
    )
    same = rule("same", "(?P<secret>tok_[A-Za-z0-9]{24})", confidence="high")
    ruleset = RuleSet(
        rules=(PREFIX, same, wide), vendors={"v": Vendor(id="v", name="V")}, added={"wide": "p", "same": "p"}
    )
    made = compiled.build(ruleset, "python").matcher
    found = made.find(f"pass=tok_{BODY} tok_{BODY}".encode())
    names = [tuple(made.rules[index].id for index in (*one.rules, *one.also)) for one in found.matches]
    assert names == [("wide",), ("prefix",), ("prefix", "same")], "among the added ones, wide wins over same"
    found = made.find(f"tok_{BODY}".encode())
    assert [(one.rules, one.also) for one in found.matches] == [((0,), (1,))]


def test_text_in_base64_is_a_key_where_keys_are_made_like_that(kind: str) -> None:
    body = base64.b64encode(b"user-one:and its secret1").decode()
    pattern = "(?P<secret>{}_(?P<body>[A-Za-z0-9]{{24,40}}={{0,2}}))"
    plain, spelled = rule("plain", pattern.format("tok")), rule("spelled", pattern.format("usr"), spelled=True)
    assert found(f"tok_{body} usr_{body}", plain, spelled, kind=kind) == [(f"usr_{body}", ("spelled",))]
