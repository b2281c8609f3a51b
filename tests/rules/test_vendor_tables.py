"""The tables of vendors: each row is complete, its shape is documented, and the rule that is made of it is proven."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from keyguard.engine import compiled
from keyguard.inspection.inspector import Inspector
from keyguard.inspection.rule_selftest import found_in, run_examples
from keyguard.model.finding import Environment, Rule, Severity, Vendor
from keyguard.rules import loader, validation, vendor_tables
from keyguard.rules.vendor_tables import Field
from keyguard.support import tomlfile
from keyguard.support.errors import RuleError

FILES = sorted((Path(loader.builtin_dir()) / "fields").glob("*.toml"))
RULES = loader.parse(loader.read_packs())
PUBLIC = "public code"
ADDRESS = re.compile(r"https://[\w.-]+\.[a-z]+(?:/[^\s()]*)?")
#: hosts that packages are fetched from; spelt in two parts, or this file would name them
INDEXES = ["py" + "pi.org", "registry." + "npmjs", "crates" + ".io/", "rubygems" + ".org", "hub." + "docker.com"]

every_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def field(path: Path) -> Field:
    return vendor_tables.read(path.name, tomlfile.load(path.name, path.read_bytes()))


def rules_of(path: Path) -> list[Rule]:
    known = RULES.by_id()
    return [known[id] for id in vendor_tables.evidence(field(path))]


@pytest.fixture(scope="module")
def inspector() -> Inspector:
    return Inspector(compiled.build(RULES))


@every_file
def test_a_row_says_where_its_shape_is_documented(path: Path) -> None:
    table = field(path)
    assert re.fullmatch(r"20[0-9]{2}-[01][0-9]-[0-3][0-9]", table.read)
    found = vendor_tables.evidence(table)
    assert {id: seen for id, seen in found.items() if not seen} == {}
    assert [one for seen in found.values() for one in seen if one != PUBLIC and not ADDRESS.fullmatch(one)] == []
    used = {one.partition(":")[0] for row in table.vendors for key in row.keys for one in key.seen}
    assert table.sources.keys() <= used


@every_file
def test_a_vendor_has_its_pages_and_its_words(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not [host for host in INDEXES if host in text]
    for row in field(path).vendors:
        vendor = RULES.vendors[row.id]
        assert row.keys, row.id
        assert re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", row.id)
        if vendor.is_nobody:
            continue
        assert ADDRESS.fullmatch(vendor.url), row.id
        assert ADDRESS.fullmatch(vendor.rotation), row.id
        assert all(re.fullmatch(r"[a-z0-9]{3,}", name) for name in vendor.names), row.id
        assert all(re.fullmatch(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+", host) for host in vendor.hosts), row.id


@every_file
def test_a_rule_made_of_a_row_says_all_that_a_rule_says(path: Path) -> None:
    for rule in rules_of(path):
        assert re.fullmatch(r"[A-Za-z0-9][\w .,&()/-]{4,60}", rule.title), rule.title
        for text in (rule.description, rule.remedy):
            assert text == text.strip(), rule.id
            assert text.endswith("."), rule.id
            assert "  " not in text, rule.id
        steps = re.findall(r"(?:^|\n)([0-9])\. ", rule.remedy)
        public = rule.severity == {"publishable": "info", "default": "info"}
        assert public or len(steps) >= 3, rule.id
        assert rule.references or rule.fallback, rule.id
        assert all(ADDRESS.fullmatch(page) for page in (*rule.references, rule.rotation) if page), rule.id
        assert set(rule.environments) <= set(rule.severity), rule.id


def test_examples_are_found_by_their_rule_alone_and_near_misses_are_not() -> None:
    rules = [rule for path in FILES for rule in rules_of(path)]
    assert [rule.id for rule in rules if len(set(rule.examples)) < 3 or len(set(rule.non_examples)) < 3] == []
    assert run_examples(RULES, rules).failures == []


@every_file
def test_nothing_in_a_table_looks_like_a_key(path: Path, inspector: Inspector) -> None:
    assert found_in(inspector, path.read_text(encoding="utf-8")) == []


def test_no_rule_that_is_built_in_makes_no_sense_or_may_delay_a_scan() -> None:
    validation.check(RULES.rules, RULES.vendors)
    made = [rule for path in FILES for rule in rules_of(path)]
    assert {rule.id: said for rule in made if (said := validation.of_users(rule))} == {}


def test_no_vendor_is_in_two_tables_under_two_names() -> None:
    named = [row.id for path in FILES for row in field(path).vendors if row.name]
    assert len(named) == len(set(named))


# --- rows that one could write --------------------------------------------------------------------------------------

TABLE = {"can": "Reads all.", "review": "the log", "severity": "critical", "read": "2026-11-30"}
ROW = {"name": "API key", "shape": "shop_{alnum:32}", "seen": ["https://shop.example/docs"]}
SHOP = {"id": "shop", "name": "Shop", "url": "https://shop.example"}


def made(key: dict[str, object], vendor: dict[str, object] | None = None, **more: object) -> Rule:
    """The rule of a table with one vendor and one row."""
    table = TABLE | {"vendors": [(vendor or SHOP) | {"keys": [ROW | key]}]} | more
    [(_, (rule,))] = vendor_tables.expand("t.toml", vendor_tables.read("t.toml", table), {})
    return rule


def test_a_row_becomes_a_rule() -> None:
    rule = made({})
    assert (rule.id, rule.title, rule.description) == ("shop-key", "Shop API key", "Reads all.")
    assert rule.severity_of(Environment.UNKNOWN) is Severity.CRITICAL
    assert "In Shop, open Settings and create a new API key" in made({"page": "Settings"}).remedy
    assert made({"can": "Reads some."}).description == "Reads some."


def test_live_and_test_keys_are_told_apart_by_their_prefix() -> None:
    rule = made({"shape": "shop_{live|test}_{alnum:32}"})
    assert rule.environment_of(b"shop_" + b"live_1") is Environment.LIVE
    assert rule.environment_of(b"shop_test_1") is Environment.TEST
    assert rule.severity == {"live": "critical", "test": "medium", "default": "critical"}


def test_what_is_public_is_publishable_and_informational() -> None:
    rule = made({"public": True})
    assert rule.environment_of(b"shop_1") is Environment.PUBLISHABLE
    assert rule.severity_of(Environment.PUBLISHABLE) is Severity.INFO
    assert rule.remedy.startswith("Nothing needs doing")


def test_further_kinds_join_a_vendor_that_has_its_pack() -> None:
    shop = Vendor(id="shop", name="The shop", url="https://shop.example", rotation="https://shop.example/keys")
    table = vendor_tables.read("t.toml", TABLE | {"vendors": [{"id": "shop", "keys": [ROW]}]})
    [(vendor, (rule,))] = vendor_tables.expand("t.toml", table, {"shop": shop})
    assert (vendor, rule.title) == (shop, "The shop API key")
    with pytest.raises(RuleError, match="one name and one place"):
        vendor_tables.expand("t.toml", table, {})
    with pytest.raises(RuleError, match="one name and one place"):
        made({}, {"id": "shop", "url": "https://shop.example"})


@pytest.mark.parametrize("key", [{"shape": "shop_"}, {"seen": None}, {"colour": "red"}])
def test_a_row_that_makes_no_sense_is_refused(key: dict[str, object]) -> None:
    with pytest.raises(RuleError):
        made(key)
