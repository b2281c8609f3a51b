"""Rule packs that somebody else wrote: what is wrong with one is said with its file, line, rule and key."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from keyguard.rules import loader
from keyguard.rules.loader import AddedPack
from keyguard.support.errors import RuleError

VENDOR = '[vendor]\nid = "shop"\nname = "Shop"\n'
PATTERN = "\\\\bshop_(?P<secret>[a-z0-9]{20})\\\\b"
FIELDS = {
    "id": '"shop-key"',
    "title": '"A key"',
    "description": '"All of it."',
    "pattern": f'"{PATTERN}"',
    "severity": '{default = "high"}',
    "remedy": '"Rotate it."',
}


def pack(about: str = VENDOR, **fields: str) -> bytes:
    """A pack of one rule; a field that is empty is left out."""
    lines = [f"{name} = {value}" for name, value in (FIELDS | fields).items() if value]
    return (about + "[[rules]]\n" + "\n".join(lines) + "\n").encode()


def refused(data: bytes) -> str:
    """What is said of a pack."""
    with pytest.raises(RuleError) as caught:
        loader.parse([("p.toml", data)])
    return str(caught.value)


def test_a_pack_of_ones_own_is_read() -> None:
    found = loader.parse([("p.toml", pack())])
    (rule,) = found.rules
    assert (rule.id, rule.vendor, found.vendor_of(rule).name) == ("shop-key", "shop", "Shop")
    assert found.only(["other"]).rules == ()
    assert found.only(["shop-key"]).rules == found.rules


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"id": '"Shop Key"'}, "p.toml:5: rule 'Shop Key': id: an id is lower-case words"),
        (
            {"vendor": '"other"'},
            "p.toml:11: rule 'shop-key': vendor: unknown vendor 'other': this pack is about 'shop'",
        ),
        ({"boundary": '"nowhere"'}, "boundary: 'nowhere' is not one of"),
        ({"environments": '{mars = ["a"]}'}, "environments: unknown environment 'mars'"),
        ({"severity": '{mars = "high"}'}, "severity: unknown environment 'mars'"),
        ({"severity": '{default = "awful"}'}, "severity: 'awful' is not one of critical, high, info, low, medium"),
        ({"checksum": '"nothing"'}, "checksum: there is no check 'nothing'"),
        ({"literals": '["ab"]'}, "literals: a literal has at least"),
        ({"pattern": '"("'}, "pattern: not a pattern"),
        ({"pattern": '"(?i)shop(?P<secret>[a-z]{20})"'}, "pattern: flags for the whole pattern"),
        ({"pattern": '"shop[a-z]{20}"'}, "pattern: the group (?P<secret>…) is missing"),
        ({"pattern": '"(?P<secret>(?:shop)?)"'}, "pattern: matches the empty string"),
        ({"pattern": '"shop(?P<secret>[a-z]+)"'}, "pattern: may match more than"),
        ({"pattern": '"(?P<secret>[a-z]{20})"'}, "pattern: no literal of 3 characters"),
        ({"pattern": '"shop(?P<secret>(?:[a-z]{1,20}){1,20}x)"'}, "pattern: may backtrack"),
        ({"pattern": '"shop(?P<secret>[a-z]{1,99}[a-z]{1,99}[a-z]{1,99}[a-z]{1,99}x)"'}, "pattern: may backtrack"),
        # what has another type than it should, or none
        ({"title": "3"}, "p.toml:6: rule 'shop-key': title: Expected `str`, got `int`"),
        ({"title": ""}, "p.toml:4: rule 'shop-key': title: missing: a rule needs id, title, description"),
        ({"tittle": '"x"'}, "p.toml:11: rule 'shop-key': tittle: unknown key 'tittle', did you mean 'title'?"),
        ({"id": ""}, "rule 'number 1': id: missing: a rule needs id, title"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(fields: dict[str, str], said: str) -> None:
    assert said in refused(pack(**fields))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "p.toml:1: vendor: missing: a pack begins with a table [vendor]"),
        (b"[vendor\n", "p.toml:1:8: not TOML: "),
        (b"\n\nx = '\xff'\n", "p.toml:3: not UTF-8: byte 0xff"),
        (b"x = 1\ny = " + b"1" * 5000 + b"\n", "p.toml:2: not TOML: a number with too many digits"),
        (b"rules = 3\n" + VENDOR.encode(), "p.toml:1: rules: Expected `array`, got `int`"),
        (b"rules = [3]\n" + VENDOR.encode(), "p.toml:1: rule 'number 1': rule: Expected `object`, got `int`"),
        (b"vendors = 3\n", "p.toml:1: unknown key 'vendors', did you mean 'vendor'?"),
        (VENDOR.encode() + b"naem = 3\n", "p.toml:4: unknown key 'naem', did you mean 'name'?"),
        (pack(about='[vendor]\nid = 3\nname = "Shop"\n'), "p.toml:2: vendor.id: Expected `str`, got `int`"),
        (pack() + pack(about=""), "p.toml:12: rule 'shop-key': id: there are two rules of this id"),
    ],
)
def test_a_file_that_is_no_pack_is_refused(data: bytes, said: str) -> None:
    assert said in refused(data)


def test_without_any_rule_nothing_could_be_found() -> None:
    with pytest.raises(RuleError, match="there are no rules"):
        loader.parse([("p.toml", b"rules = []\n" + VENDOR.encode())])


# --- files and folders ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["missing", "folder", "pipe", "large", "null"])
def test_what_cannot_be_read_as_a_pack_is_said(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "p.toml"
    monkeypatch.setattr(loader, "_PACK_LIMIT", 1 << 20)
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "large":
        path.write_bytes(b"#" * ((1 << 20) + 1))
    words = {
        "missing": "cannot be read: No such file",
        "folder": "no rule packs",
        "pipe": "not a regular file",
        "large": "larger than 1 MiB: not a rule pack",
        "null": "cannot be the name of a file",
    }
    name = f"{path}\0" if kind == "null" else str(path)
    with pytest.raises(RuleError, match=words[kind]):
        loader.read_packs([name])
    with pytest.raises(RuleError, match=words[kind] if kind != "pipe" else "not a regular file"):
        loader.stamp([name])


def test_a_folder_that_may_not_be_listed_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: str) -> list[str]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "listdir", refuse)
    with pytest.raises(RuleError, match="cannot be read: Permission denied"):
        loader.read_packs([str(tmp_path)])


# --- packs that the scanned repository brings -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (pack(about='[vendor]\nid = "stripe"\nname = "Stripe"\n'), "p.toml:2: vendor: id: 'stripe' is known already"),
        (pack(id='"mine-key"'), "rule 'mine-key': id: it is known already"),
        (pack(id='"new-key"', family='"shops"'), "rule 'new-key': family: 'shops' is a family of known rules"),
    ],
)
def test_a_repository_adds_rules_and_changes_none(data: bytes, said: str) -> None:
    mine = pack(
        about='[vendor]\nid = "mine"\nname = "Mine"\n', id='"mine-key"', family='"shops"', pattern=f'"{PATTERN}"'
    )
    stripe = pack(about='[vendor]\nid = "stripe"\nname = "Stripe, really"\n', id='"stripe-key"')
    with pytest.raises(RuleError) as caught:
        loader.parse([("a.toml", mine), ("b.toml", stripe)], [AddedPack("p.toml", data)])
    assert said in str(caught.value)


def test_an_added_rule_is_known_by_the_pack_that_brings_it() -> None:
    mine = pack(about='[vendor]\nid = "mine"\nname = "Mine"\n', id='"mine-key"')
    assert loader.parse([("a.toml", mine)], [AddedPack("rules/p.toml", pack())]).added == {"shop-key": "rules/p.toml"}


@pytest.mark.parametrize("name", ["/etc/passwd", "../p.toml", "rules/../../p.toml"])
def test_no_path_of_a_repository_leads_out_of_it(name: str, tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="inside the repository, without"):
        loader.read_added(str(tmp_path), [name])


def test_no_link_of_a_repository_leads_out_of_it(tmp_path: Path) -> None:
    (tmp_path / "repo" / ".git").mkdir(parents=True)
    (tmp_path / "outside.toml").write_bytes(pack())
    (tmp_path / "repo" / "p.toml").symlink_to(tmp_path / "outside.toml")
    with pytest.raises(RuleError, match="a link that leads out of the repository"):
        loader.read_added(str(tmp_path / "repo"), ["p.toml"])


def test_a_folder_without_packs_is_said_and_what_the_user_named_himself_is_not_read_twice(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    with pytest.raises(RuleError, match=r"rules: no rule packs \(\*\.toml\) here"):
        loader.read_added(str(tmp_path), ["rules"])
    for name in ("a.toml", "b.toml"):
        (tmp_path / "rules" / name).write_bytes(pack())
    trusted = [str(tmp_path / "rules" / "b.toml")]
    assert [one.name for one in loader.read_added(str(tmp_path), ["rules"], trusted)] == ["rules/a.toml"]
