"""Plans: each pattern once, with its boundaries, and the ways that lead to it."""

from __future__ import annotations

import msgspec

from keyguard.engine import plan_builder
from keyguard.engine.match_plan import AnchorUse, Plan
from keyguard.model.finding import Rule
from keyguard.rules.anchor import Anchor


def rule(id: str, pattern: str, **more: object) -> Rule:
    """A rule with nothing but a pattern to it."""
    fields = {"id": id, "title": id, "description": id, "vendor": "v", "pattern": pattern, **more}
    return msgspec.convert({name.replace("_", "-"): value for name, value in fields.items()}, Rule)


def test_rules_of_one_pattern_share_a_form() -> None:
    plan = plan_builder.build_plan(
        [rule("a", "(?P<secret>abc[a-z])"), rule("b", "(?P<secret>xyz)"), rule("c", "(?P<secret>abc[a-z])")]
    )
    assert [form.rules for form in plan.forms] == [(0, 2), (1,)]
    assert [form.width for form in plan.forms] == [4, 3]
    assert [anchor.literal for anchor in plan.anchors] == [b"abc", b"xyz"]


def test_rules_of_one_pattern_with_different_boundaries_do_not() -> None:
    plan = plan_builder.build_plan([rule("a", "(?P<secret>abc)"), rule("b", "(?P<secret>abc)", boundary="none")])
    assert [form.rules for form in plan.forms] == [(0,), (1,)]
    assert (plan.forms[1].left, plan.forms[1].pattern) == ("", "(?:(?P<secret>abc))")
    assert plan.anchors == (Anchor(b"abc", False, (), (0, 0)),)
    assert plan.leads == ((AnchorUse(0, (0, 0)), AnchorUse(1, (0, 0))),)


def test_one_anchor_may_lead_to_several_forms_from_several_distances() -> None:
    plan = plan_builder.build_plan([rule("a", "(?P<secret>abcdef)"), rule("b", "[0-9]{1,2}(?P<secret>abcdef)")])
    assert plan.leads == ((AnchorUse(0, (0, 0)), AnchorUse(1, (1, 2))),)


def test_a_rule_from_which_nothing_can_be_derived_is_found_by_the_literals_that_it_names() -> None:
    plan = plan_builder.build_plan([rule("a", "(?P<secret>[a-z]{5})", literals=["foo", "Bar"])])
    assert plan.anchors == (Anchor(b"bar", True, (), (0, 0)), Anchor(b"foo", True, (), (0, 0)))
    assert plan.leads == ((AnchorUse(0, (0, 5)),), (AnchorUse(0, (0, 5)),))


def test_a_plan_can_be_written_down_and_read_back() -> None:
    plan = plan_builder.build_plan(
        [rule("a", "(?i:abc)(?P<secret>[0-9a-f]{8})"), rule("b", "(?P<secret>xyz)", boundary="strict")]
    )
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(plan), type=Plan) == plan
