"""Rule packs that the scanned repository itself brings: they add, and take nothing away from what is known."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest

from keyguard.rules import backtracking, literals, loader
from keyguard.rules.loader import AddedPack
from keyguard.support.errors import RuleError
from tests.helpers.calling import Inside, Said, parts_of
from tests.helpers.checkout import made_up_key
from tests.helpers.repos import Repo

pytest_plugins = ("tests.helpers.commandline",)

KEY = made_up_key(7)
LINE = f'SENDMAILOS_API_KEY = "{KEY}"\n'
OTHER = "zqzq" + "zq_" + "914582037451"
BUILT_IN = loader.read_packs()
#: takes the compiler less time, for packs that no other test has
PYTHON = ("--engine", "python", "--no-cache")


def pack(pattern: str = "(?P<secret>zqzqzq_[0-9]{12})", *, vendor: str = 'id = "x"', **rule: str) -> str:
    """A pack with one rule, whose keys are TOML."""
    given = {"id": '"x-key"', "title": '"Key of X"', "description": '"Opens X."', "pattern": f"'{pattern}'", **rule}
    lines = "\n".join(f"{key.replace('_', '-')} = {value}" for key, value in given.items())
    return f'[vendor]\n{vendor}\nname = "X"\n\n[[rules]]\n{lines}\n'


def added(text: str, name: str = "p.toml") -> list[AddedPack]:
    return [AddedPack(name, text.encode())]


#: a pack of the user's, for tests that ask nothing of the built-in ones
FEW = [("few.toml", pack("(?P<secret>yyyyyy_[0-9]{12})", id='"few-key"', vendor='id = "few"').encode())]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache for these tests alone: it holds few sets of rules, and each test brings one."""
    return tmp_path_factory.mktemp("packs")


@pytest.fixture
def shop(repo: Repo) -> Repo:
    """A repository that names a pack of its own, and leaks a key."""
    repo.write("README.md", "shop\n").commit("first")
    return repo.write(".keyguard.toml", 'rules = ["p.toml"]\n').write("app.py", LINE)


def by_rule(said: Said) -> dict[str, dict[str, Any]]:
    return {one["rule"]: one for one in said.document["findings"]}


DIGEST = hashlib.sha256(KEY.encode()).hexdigest()
BODY = KEY.rpartition("_")[2]
#: packs that would each make the key something less than it is
HOSTILE = {
    "samples": pack(samples=f'["{DIGEST}"]'),
    "placeholders": pack(placeholders=f'["{BODY[:6]}"]'),
    "wider": pack(r'(?P<secret>SENDMAILOS_API_KEY = "sk_live_[A-Za-z0-9]{32}")', severity='{ default = "info" }'),
    "the same": pack("(?P<secret>sk_live_[A-Za-z0-9]{32})", severity='{ default = "info" }'),
    "the same, for the public": pack(
        "(?P<secret>sk_live_[A-Za-z0-9]{32})",
        environments='{ publishable = ["sk_live_"] }',
        severity='{ publishable = "info" }',
    ),
    "the same with a wrong checksum": pack("(?P<secret>sk_live_[A-Za-z0-9]{32})", checksum='"github-crc32"'),
    "its beginning": pack("(?P<secret>sk_live_[A-Za-z0-9]{16})", boundary='"none"', severity='{ default = "info" }'),
    "surer": pack("zz(?P<secret>sk_live_[A-Za-z0-9]{32})", boundary='"none"', severity='{ default = "info" }'),
    "its vendor's words": pack(
        vendor='id = "x"\nnames = ["sendmailos", "stripe"]\nhosts = ["api.sendmailos.com"]\nimports = ["sendmailos"]'
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_pack_of_the_repository_hides_a_key(name: str, inside: Inside, shop: Repo) -> None:
    shop.write("p.toml", HOSTILE[name]).write("other.txt", f"zz{KEY}\n").add(".")
    alone = by_rule(inside.scan("--isolated", *PYTHON, cwd=shop.path))["sendmailos-key"]
    said = inside("scan", "--staged", "-f", "json", *PYTHON[:2], cwd=shop.path)
    assert said.code == 1, said.err
    found = by_rule(said)["sendmailos-key"]
    for same in ("id", "severity", "certainty", "vendor", "environment", "masked", "malformed", "because"):
        assert found[same] == alone[same], same
    assert {place["path"] for place in alone["occurrences"]} <= {place["path"] for place in found["occurrences"]}
    assert not parts_of(BODY) & parts_of(said.out)


def test_both_are_reported_where_two_rules_find_the_same_text(inside: Inside, shop: Repo) -> None:
    wide = pack(r'(?P<secret>SENDMAILOS_API_KEY = "sk_live_[A-Za-z0-9]{32}")', severity='{ default = "info" }')
    shop.write("p.toml", wide)
    found = by_rule(inside.scan(*PYTHON, cwd=shop.path))
    assert found["sendmailos-key"]["severity"] == "critical"
    assert (found["x-key"]["severity"], found["x-key"]["masked"]) == ("info", "********")
    shop.write("p.toml", HOSTILE["the same"])
    found = by_rule(inside.scan(*PYTHON, cwd=shop.path))
    assert "x-key" not in found
    assert found["sendmailos-key"]["also"] == ["x-key"]
    assert "also found by x-key, of this repository's own rules" in inside("scan", *PYTHON, cwd=shop.path).out


@pytest.mark.parametrize("words", [("scan", "--range", "main..change"), ("hook", "pre-commit"), ("scan", "--staged")])
def test_so_it_is_for_every_command_that_looks_at_a_change(words: tuple[str, ...], inside: Inside, shop: Repo) -> None:
    shop.git("checkout", "--quiet", "-b", "change")
    shop.write("p.toml", HOSTILE["wider"].replace("description", f'samples = ["{DIGEST}"]\ndescription'))
    if "--range" in words:
        shop.add(".").commit("change")
    else:
        shop.add(".")
    said = inside(*words, "-f", "json", *PYTHON[:2], cwd=shop.path)
    assert said.code == 1
    assert by_rule(said)["sendmailos-key"]["severity"] == "critical"


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        (pack(id='"stripe-key"'), 6, "rule 'stripe-key': id: it is known already"),
        (pack(vendor='id = "stripe"'), 2, "vendor: id: 'stripe' is known already"),
        (pack(vendor='id = "unknown"'), 2, "vendor: id: 'unknown' is known already"),
        (pack(family='"sk"'), 10, "rule 'x-key': family: 'sk' is a family of known rules"),
        (pack(family='"sk"', fallback="true"), 10, "rule 'x-key': family: 'sk' is a family of known rules"),
    ],
)
def test_what_is_known_is_replaced_by_nobody(text: str, line: int, why: str, inside: Inside, shop: Repo) -> None:
    said = inside("scan", cwd=shop.write("p.toml", text).path)
    assert (said.code, said.out) == (2, "")
    assert f"p.toml:{line}: {why}" in said.err
    assert "--rules" in said.err


def test_no_check_is_replaced_either(inside: Inside, shop: Repo) -> None:
    shop.write("p.toml", pack(id='"env-tracked"'))
    said = inside("scan", *PYTHON, cwd=shop.path)
    assert (said.code, "p.toml: rule 'env-tracked': id: a check is called so" in said.err) == (2, True)


def test_two_packs_of_the_repository_do_not_replace_each_other() -> None:
    one, two = added(pack(), "a.toml"), added(pack(id='"x-other"'), "b.toml")
    assert loader.parse(FEW, one + two).added == {"x-key": "a.toml", "x-other": "b.toml"}
    with pytest.raises(RuleError, match=r"b.toml:6: rule 'x-key': id: it is known already"):
        loader.parse(FEW, one + added(pack(), "b.toml"))
    with pytest.raises(RuleError, match=r"b.toml:2: vendor: id: 'x' is known already"):
        loader.parse(FEW, one + added(pack(id='"x-other"', vendor='id = "x"\nnames = ["y"]'), "b.toml"))


def test_reports_say_that_the_repository_has_rules_of_its_own(inside: Inside, shop: Repo) -> None:
    shop.write("p.toml", pack()).write("b.txt", f"{OTHER}\n")
    document = inside.scan(*PYTHON, cwd=shop.path).document
    assert document["coverage"]["added"] == [{"pack": "p.toml", "rules": 1}]
    assert (
        document["coverage"]["rules"]
        == 1 + inside.scan("--isolated", *PYTHON, cwd=shop.path).document["coverage"]["rules"]
    )
    assert {"x-key", "sendmailos-key"} <= by_rule(inside.scan(*PYTHON, cwd=shop.path)).keys()
    assert "(1 of them from a pack of this repository: p.toml)" in inside("scan", *PYTHON, cwd=shop.path).out
    sarif = json.loads(inside("scan", "-f", "sarif", *PYTHON, cwd=shop.path).out)
    notes = [one["message"]["text"] for one in sarif["runs"][0]["invocations"][0]["toolExecutionNotifications"]]
    assert [note for note in notes if note.endswith("1 of them from a pack of this repository: p.toml.")]
    assert inside.scan("--isolated", *PYTHON, cwd=shop.path).document["coverage"]["added"] == []


def test_what_the_user_names_may_replace(inside: Inside, shop: Repo, tmp_path: Path) -> None:
    harmless = pack(id='"sendmailos-key"', vendor='id = "sendmailos"')
    outside = tmp_path / "mine"
    outside.mkdir()
    (outside / "p.toml").write_text(harmless)
    (outside / "keyguard.toml").write_text('rules = ["p.toml"]\n')
    named = ("--rules", str(outside / "p.toml"), "--isolated")
    configured = ("--config", str(outside / "keyguard.toml"))
    shop.write("p.toml", harmless)
    for words in (named, configured, ("--rules", "p.toml")):
        assert "sendmailos-key" not in by_rule(inside.scan(*words, *PYTHON, cwd=shop.path))
    # the same file, named as a part of the repository
    assert inside.scan("--config", ".keyguard.toml", cwd=shop.path).code == 2
    assert inside.scan(cwd=shop.path, KEYGUARD_CONFIG=str(shop.path / ".keyguard.toml")).code == 2


def test_a_pack_that_is_named_twice_counts_once_and_as_the_users() -> None:
    named = [*FEW, ("p.toml", pack().encode())]
    assert loader.parse(named).added == {}
    assert loader.stamp([], "1", added=added(pack())) != loader.stamp([], "1")


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("/etc/shadow", "inside the repository"),
        ("../p.toml", "inside the repository"),
        ("sub/../../p.toml", "inside the repository"),
        ("link.toml", "leads out of the repository"),
        ("linked", "leads out of the repository"),
        ("folder", "leads out of the repository"),
        ("pipe.toml", "not a regular file"),
        ("none.toml", "cannot be read"),
    ],
)
def test_packs_lie_in_the_repository(name: str, why: str, inside: Inside, shop: Repo, tmp_path: Path) -> None:
    (tmp_path / "packs").mkdir()
    (tmp_path / "packs/p.toml").write_text(pack())
    (tmp_path / "p.toml").write_text(pack())
    (shop.path / "link.toml").symlink_to("../p.toml")
    (shop.path / "linked").symlink_to("../packs")
    (shop.path / "folder").mkdir()
    (shop.path / "folder/p.toml").symlink_to("../../p.toml")
    os.mkfifo(shop.path / "pipe.toml")
    shop.write(".keyguard.toml", f'\n\nrules = ["{name}"]\n')
    said = inside("scan", "--no-history", "--no-hygiene", cwd=shop.path)
    assert (said.code, said.out) == (2, "")
    assert why in said.err
    assert ".keyguard.toml:3: rules: " in said.err
    assert "root:" not in said.err


def test_a_link_within_the_repository_is_followed(shop: Repo) -> None:
    shop.write("packs/p.toml", pack()).write("sub/empty", "")
    (shop.path / "sub/packs").symlink_to("../packs")
    (found,) = loader.read_added(str(shop.path / "sub"), ["packs", "packs/p.toml"])
    assert found == ("packs/p.toml", pack().encode())
    assert loader.read_added(str(shop.path), ["packs"], trusted=[str(shop.path / "packs/p.toml")]) == ()


def test_a_pack_leaves_comments_that_allow_a_key_as_they_are(inside: Inside, shop: Repo) -> None:
    wide = pack(r'(?P<secret>SENDMAILOS_API_KEY = "sk_live_[A-Za-z0-9]{32}"[^\n]{0,9})')
    both = pack("(?P<secret>zqzqzq_[0-9]{12})")
    shop.write("app.py", f'SENDMAILOS_API_KEY = "{KEY}"; b = "{OTHER}"  # keyguard: allow\n')
    for text in (wide, both):
        shop.write("p.toml", text)
        said = inside.scan(*PYTHON, cwd=shop.path)
        assert "sendmailos-key" not in by_rule(said)
        assert "sendmailos-key" in {one["rule"] for one in said.document["summary"]["suppressed"]}
        assert "sendmailos-key" in by_rule(inside.scan(*PYTHON, "--no-inline-ignore", cwd=shop.path))


def test_no_rules_of_the_repository_show_a_key_in_pieces(inside: Inside, shop: Repo) -> None:
    texts = []
    for at in range(0, 32, 4):
        part = pack(f"(?P<secret>sk_live_[A-Za-z0-9]{{{at + 4}}}(?P<body>[A-Za-z0-9]?))", boundary='"none"')
        texts.append(part.replace("x-key", f"x-part-{at}").replace('id = "x"', f'id = "x{at}"'))
    names = [f"p{number}.toml" for number in range(len(texts))]
    for name, text in zip(names, texts, strict=True):
        shop.write(name, text)
    shop.write(".keyguard.toml", f"rules = {names}\n").write(f"dir-{KEY}/a.txt", "a\n")
    for form in ("json", "text", "sarif", "github", "concise"):
        said = inside("scan", "-v", "-f", form, *PYTHON, cwd=shop.path)
        assert said.code == 1
        # four of the end are shown, as ever
        assert not parts_of(BODY[:-4], 5) & parts_of(said.out + said.err, 5)


def test_hygiene_says_no_less(inside: Inside, shop: Repo) -> None:
    known = loader.parse(BUILT_IN).vendors.values()
    words = {
        kind: sorted({word for one in known for word in getattr(one, kind)}) for kind in ("names", "hosts", "imports")
    }
    lines = "\n".join(f"{kind} = {json.dumps(found)}" for kind, found in words.items())
    shop.write("p.toml", pack(vendor=f'id = "x"\n{lines}', environments='{ publishable = ["zqzqzq_"] }'))
    shop.write(".env", LINE).write("next.config.js", "module.exports = {}\n")
    shop.write("package.json", '{"dependencies": {"next": "14"}}\n')
    shop.write("app/page.tsx", '"use client"\nexport const k = process.env.NEXT_PUBLIC_SENDMAILOS_SECRET_KEY\n')
    shop.write("b.js", "console.log(process.env.STRIPE_SECRET_KEY)\n").add().commit("more")

    def said(*more: str) -> set[tuple[str, str]]:
        found = json.loads(inside("scan", "-f", "json", *more, *PYTHON, cwd=shop.path).out)["findings"]
        return {(one["rule"], place["path"]) for one in found for place in one["occurrences"]}

    alone = said("--isolated")
    assert len(alone) > 3
    assert alone <= said()


def test_a_pack_may_have_any_name(inside: Inside, shop: Repo) -> None:
    shop.write(b"packs/\xff\x1b[2J.toml", pack()).write(".keyguard.toml", 'rules = ["packs"]\n')
    said = inside.scan(*PYTHON, cwd=shop.path)
    assert said.document["coverage"]["added"][0]["rules"] == 1
    assert "\x1b" not in said.out + inside("scan", *PYTHON, cwd=shop.path).out


# --- patterns that would hold up a scan -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pattern",
    [
        "(?P<secret>(?:[a-z]{0,80}){3}zzz)",
        "zzz(?P<secret>(?:[a-z]{1,80}){3}q)",
        "(?P<secret>zzz[a-z]{0,300}[a-z]{0,300}q)",
        "(?P<secret>[a-z]{0,16000}zzz[0-9])",
        "(?P<secret>zzz(?:a|ab|b){14}q)",
        "(?P<secret>zzz(?=[a-z]{0,300}[a-z]{0,300}q)[a-z]{3})",
        "(?P<secret>zzz(?:(?:a{0,9}){0,9}){0,9}q)",
        "(?P<secret>zzz(?i:[a-z]{0,300})[A-Z]{0,300}q)",
        "(?P<secret>zzz(?:[a-z]{1,30}_?){4}q)",
    ],
)
def test_a_pattern_that_runs_away_is_refused(pattern: str) -> None:
    with pytest.raises(RuleError, match=r"p.toml:9: rule 'x-key': pattern: may backtrack"):
        loader.parse(FEW, added(pack(pattern)))
    with pytest.raises(RuleError, match="may backtrack"):
        loader.parse([*FEW, ("p.toml", pack(pattern).encode())])


@pytest.mark.parametrize(
    "pattern",
    [
        "acme_(?P<secret>[A-Za-z0-9]{20,200})",
        "(?P<secret>acme_(?P<body>[A-Za-z0-9_-]{30,60}[.][A-Za-z0-9_-]{30,60}[.][A-Za-z0-9_-]{30,60}))",
        "acme_(?P<secret>(?:[a-z0-9]{4}-){3,8}[a-z0-9]{4})",
        "(?P<secret>(?:acme|apex)_(?:live|test)_[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})",
        "(?:key|token)[ =:]{1,4}(?P<secret>acme[0-9a-f]{32})",
        "(?P<secret>[a-z]{3,20}[0-9]{3,20}acmekey[0-9]{4})",
    ],
)
def test_a_pattern_as_people_write_them_is_taken(pattern: str) -> None:
    assert "x-key" in loader.parse(FEW, added(pack(pattern))).by_id()


@pytest.mark.parametrize(
    ("pattern", "most"),
    [("abc", 8), ("a{0,50}b", 105), ("a{0,50}a", 210), ("(?:ab){0,50}c", 400), ("(?:a|b)c", 8), ("(?:a|ab)c", 8)],
)
def test_steps_are_counted_as_they_are_taken(pattern: str, most: int) -> None:
    assert len(pattern) // 4 < backtracking.steps(pattern) <= most


def test_steps_grow_as_a_pattern_is_repeated() -> None:
    one, two, three = (backtracking.steps("[a-z]{0,80}" * times + "q") for times in (1, 2, 3))
    assert one * 40 < two < three / 40
    apart = [backtracking.steps("[a-z]{0,80}_" * times + "q") for times in (1, 2, 3)]
    assert apart[2] < 4 * apart[0]
    assert literals.choices("[a-z]{0,80}_" * 3 + "q") > 500_000, "what is counted otherwise would refuse it"
