"""A key in every kind of name, with all sorts of things around it: no output of any command shows a part of it."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from keyguard.rules import examples
from tests.helpers.calling import FORMATS, NOW, Inside, Said, parts_in, parts_of
from tests.helpers.checkout import made_up_key
from tests.helpers.repos import Repo
from tests.helpers.warm import warm

pytest_plugins = ("tests.helpers.commandline",)

#: what stands in files, and keys that stand in names alone
KEY, LONE, OTHER = made_up_key(11), made_up_key(12), made_up_key(13)
AROUND = ("{}", "backup_{}x", "v.{}.old", "SENDMAILOS_{}")


class Story(NamedTuple):
    """Everything that was done in one repository."""

    folder: Path
    repo: Repo
    ids: list[str]
    said: dict[str, Said]
    written: dict[str, bytes]
    """What was written into files."""


def traces(key: str) -> set[str]:
    """What must not be seen of a key: every eight characters of its body that follow each other, in any form."""
    body = key[8:]
    forms = [body, body[::-1], body.encode().hex(), body.encode().hex().upper(), body.encode("utf-16-le").hex()]
    for data in (body.encode(), body.encode("utf-16-le")):
        coded = [base64.b64encode(b" " * shift + data).decode()[4:-4] for shift in range(3)]
        forms += [*coded, *(text.translate(str.maketrans("+/", "-_")) for text in coded)]
    for pattern in ("%{:02X}", "%{:02x}", "\\u{:04x}", "\\x{:02x}", "&#{};", "&#x{:x};", "{}\\x00"):
        forms.append("".join(pattern.format(char if pattern[0] == "{" else ord(char)) for char in body))
    return {part for form in forms for part in parts_of(form)}


TRACES = {part for key in (KEY, LONE, OTHER) for part in traces(key)}


def leaks(text: str | bytes) -> frozenset[str]:
    """The parts of keys that a text shows."""
    return parts_in(text, TRACES)


def key_of(seed: str, template: str) -> str:
    """What a template gives to its variable."""
    return examples.fill(template, seed).partition("=")[2]


def planted(folder: Path) -> Repo:
    """A repository with a key in every kind of name, and the same key in files."""
    repo = Repo(folder / f"of_{KEY}x" / "repo").write("readme.md", "x").add().commit(f"first {KEY}")
    coded = (KEY.encode().hex(), base64.urlsafe_b64encode(b"u:" + KEY.encode()).decode(), KEY[::-1], KEY[:24])
    line = f"SENDMAILOS_API_KEY={KEY}\n"
    for number, around in enumerate(AROUND):
        for key in (KEY, LONE):
            name = around.format(key)
            repo.write(f"files/{name}.txt", line).write(f"{name}/{number}.txt", "x").write(
                f".env.{name}", f"{name}=1\n"
            )
            repo.link(f"links/{number}", f"../{name}/x")
        repo.write(f"{around.format(KEY)}/{number}.txt", line)
        name = around.format(KEY)
        repo.write(f"keys/{number}.yaml", f"sendmailos:\n  {name}: {KEY}\n  {name}_2: '{OTHER}'\n")
        repo.write(f"keys/{number}.json", json.dumps({name: {"sendmailos": KEY, f"x{name}": OTHER}}))
        repo.write(f"keys/{number}.xml", f"<sendmailos><a_{name}>{KEY}</a_{name}></sendmailos>\n")
        repo.write(f"keys/{number}.py", f"import os\nsendmailos_{name} = '{KEY}'\n# {name} {coded[number % 4]}\n")
    for name in coded:
        repo.write(f"coded/{name}.txt", line)
    repo.write("coded/" + "".join(f"%{ord(char):02x}" for char in KEY), line)
    repo.add().commit(f"adds SENDMAILOS_{KEY}", "--author", f"Me{KEY}a <x_{KEY}@example.com>")
    for number, around in enumerate(AROUND):
        for key in (KEY, LONE):
            name = around.format(key).replace("v.", "v-")
            repo.git("branch", f"fix/{name}")
            repo.git("tag", f"t/{name}")
        repo.git("tag", "-a", "-m", f"about {around.format(KEY)}", f"a{number}")
        repo.git("remote", "add", f"r{number}_{KEY}", f"https://u:x_{KEY}@git.example/{around.format(KEY)}.git")
        repo.config(f"sendmailos.{around.format(KEY)}.x", KEY)
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{repo.oid()},deep/sub_{KEY}x")
    repo.write(".gitmodules", f'[submodule "s{KEY}"]\n\tpath = deep/sub_{KEY}x\n\turl = ../x_{KEY}\n').add(
        ".gitmodules"
    )
    repo.commit(f"brings sub_{KEY}")
    repo.git("notes", "add", "-m", f"noted_{KEY}x")
    repo.git("worktree", "add", "--quiet", str(folder / f"wt_{KEY}x"), "-b", f"tree_{KEY}")
    repo.write("b.txt", line + "x\n").add()
    repo.git("stash", "push", "--quiet", "-m", f"stash_{KEY}")
    repo.git("rm", "--quiet", "-r", f"backup_{KEY}x")
    return repo.commit(f"takes backup_{KEY} away")


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """All commands, one after the other; each scan twice, so that the second one takes what is kept."""
    folder = tmp_path_factory.mktemp("names")
    repo = planted(folder)
    inside = Inside(folder, warm(tmp_path_factory, folder / "cache"))
    state = {"KEYGUARD_STATE_DIR": str(folder / "state"), "SOURCE_DATE_EPOCH": NOW}
    said: dict[str, Said] = {}
    reports = folder / "reports"
    reports.mkdir()

    def call(*words: str, cwd: Path = repo.path, stdin: bytes = b"") -> Said:
        done = inside(*words, cwd=cwd, stdin=stdin, **state)
        said[" ".join(words)] = done
        return done

    for turn in "ab":
        files = [word for name in FORMATS for word in ("-f", f"{name}={reports / name}-{turn}")]
        call("scan", "-v", "--show-authors", *files)
    found = json.loads((reports / "json-a").read_text())["findings"]
    key = next(one for one in found if one["masked"].endswith(KEY[-4:]) and one["rule"] == "sendmailos-key")
    ids = [key["id"]]
    for words in _commands(ids[0], key["fingerprint"], repo):
        call(*words)
    call("scan", "--stdin", stdin=f"sendmailos = '{KEY}' # x_{KEY}".encode())
    call("hook", "pre-push", f"r_{KEY}", f"https://u:{KEY}@git.example/x_{KEY}")
    lists = [word for name in ("text", "json", "csv") for word in ("-f", f"{name}={reports}/inventory-{name}")]
    call("inventory", *lists)
    call("fix", "--unsafe", "--dry-run")
    call("fix", "--unsafe", "--yes")
    call("journal")
    call("journal", "-f", "jsonl")
    kept = [reports, folder / "cache", folder / "state"]
    # what rules are compiled to depends on no key, and is large
    paths = [
        path for root in kept for path in sorted(root.rglob("*")) if path.is_file() and not path.match("*.msgpack")
    ]
    paths += [repo.file(name) for name in (".gitignore", ".env.example", ".dockerignore") if repo.file(name).exists()]
    return Story(folder, repo, ids, said, {str(path.relative_to(folder)): path.read_bytes() for path in paths})


def _commands(id: str, fingerprint: str, repo: Repo) -> Iterator[tuple[str, ...]]:
    yield from (("plan", "--all", "-f", name) for name in ("text", "markdown", "json"))
    yield ("verify", "--all", "--dry-run")
    yield ("verify", id, "--dry-run", "-f", "json")
    yield ("revoke", id)
    yield ("prove", id)
    yield ("prove", fingerprint, "-f", "json", "--path", str(repo.path))
    yield ("scan", "--range", "HEAD~1..HEAD", "-f", "json")
    yield ("scan", "--not-remotes")
    yield ("scan", f"files/backup_{KEY}x.txt", f"backup_{LONE}x")
    yield ("scan", f".env.{KEY}", "-f", "sarif")


def test_no_output_shows_a_part_of_a_key(story: Story) -> None:
    for words, said in story.said.items():
        assert not leaks(said.out + said.err), words.replace(KEY, "KEY")


def test_no_file_that_is_written_holds_a_part_of_a_key(story: Story) -> None:
    assert len(story.written) > 15
    for name, content in story.written.items():
        assert not leaks(content), name


def test_the_commands_did_what_they_were_asked_for(story: Story) -> None:
    assert {said.code for said in story.said.values()} <= {0, 1, 2}
    assert not [words for words, said in story.said.items() if "internal error" in said.err]
    empty = [words for words, said in story.said.items() if not said.out and "-f" not in words]
    assert empty == []
    assert story.written["reports/text-a"] == story.written["reports/text-b"]
    assert story.written["reports/json-a"] == story.written["reports/json-b"]


def test_names_are_told_by_what_is_left_of_them(story: Story) -> None:
    document = json.loads(story.written["reports/json-a"])
    paths = {place["path"] for one in document["findings"] for place in one["occurrences"]}
    mask = f"sk_live_********{KEY[-4:]}"
    assert {
        f"files/{mask}.txt",
        f"files/backup_{mask}x.txt",
        f"files/v.{mask}.old.txt",
        f"SENDMAILOS_{mask}/3.txt",
    } <= paths
    assert {"coded/********.txt", f"coded/sk_live_********{KEY[20:24]}.txt"} & paths
    refs = {ref for one in document["findings"] for place in one["occurrences"] for ref in place.get("refs", ())}
    assert f"refs/heads/fix/SENDMAILOS_{mask}" in refs
    assert not [path for path in paths if "/" in path and not path.isprintable()]


def test_reports_stay_what_they_are(story: Story) -> None:
    for name in ("json", "sarif"):
        json.loads(story.written[f"reports/{name}-a"])
    log: dict[str, Any] = json.loads(story.written["reports/sarif-a"])
    uris = [
        place["physicalLocation"]["artifactLocation"]["uri"]
        for result in log["runs"][0]["results"]
        for place in result["locations"]
    ]
    assert any("********" in uri or "%2A" in uri for uri in uris)
    assert all(re.fullmatch(r"(?:[A-Za-z0-9._~/*:+=@!$&'(),;-]|%[0-9A-F]{2})+", uri) for uri in uris)
    ids = {one["id"] for one in json.loads(story.written["reports/json-a"])["findings"]}
    assert story.ids[0] in ids
    assert all(re.fullmatch(r"KG-[0-9a-f]{6,}", one) for one in ids)


def test_a_purge_names_no_key(inside: Inside, tmp_path: Path) -> None:
    repo = Repo(tmp_path / f"of_{KEY}x").write(f"backup_{KEY}x.env", f"SENDMAILOS_API_KEY={KEY}\n").add()
    repo.commit(f"adds backup_{KEY}x").git("branch", f"fix/SENDMAILOS_{KEY}")
    repo.git("tag", "-a", "-m", f"about x{KEY}", f"t_{LONE}")
    found = inside("scan", "-f", "json", "--no-hygiene", cwd=repo.path).document["findings"]
    id = next(one["id"] for one in found if one["rule"] == "sendmailos-key")
    for more in ([], ["--execute"]):
        said = inside("purge", id, *more, cwd=repo.path, KEYGUARD_STATE_DIR=str(tmp_path / "state"))
        # the name of a branch holds the key, and no push changes that
        assert said.code == (1 if more else 0), said.err
        assert "fix/SENDMAILOS_" in said.out
        assert "********" in said.out.partition("fix/SENDMAILOS_")[2][:20]
        assert not leaks(said.out + said.err)
    assert not leaks((tmp_path / "state" / "journal.jsonl").read_text())


def test_who_acts_still_finds_the_file(story: Story, inside: Inside, tmp_path: Path) -> None:
    repo = Repo(tmp_path / "r").write(f"backup_{KEY}x.env", f"SENDMAILOS_API_KEY={KEY}\n").add().commit()
    found = inside("verify", "--all", "--dry-run", cwd=repo.path)
    assert "GET api.sendmailos.com" in found.out.replace("https://", ""), found.out
    alone = inside("scan", "-f", "json", f"backup_{KEY}x.env", cwd=repo.path)
    assert [one["masked"] for one in alone.document["findings"]][:1] == [f"sk_live_********{KEY[-4:]}"]


def test_a_key_without_a_prefix_is_known_by_its_value(inside: Inside, tmp_path: Path) -> None:
    key, other = key_of("datadog", "DATADOG_API_KEY={hex:32}"), key_of("aws", "AWS_SECRET_ACCESS_KEY={alnum:40}")
    parts = parts_of(key) | parts_of(other) | parts_of(base64.b64encode(other.encode()).decode()[:-4])
    line = f"SENDMAILOS_API_KEY={KEY}\n"
    repo = Repo(tmp_path / "r").write("a.env", f"DATADOG_API_KEY={key}\nAWS_SECRET_ACCESS_KEY={other}\n").add().commit()
    repo.write(f"a/x{key}y.txt", line).write(f"a/{base64.urlsafe_b64encode(other.encode()).decode()}", line)
    repo.remove("a.env").add().commit().git("branch", f"x{other}y")
    everything = [word for name in FORMATS for word in ("-f", f"{name}={tmp_path / name}")]
    for turn in range(3):
        assert inside("scan", "-v", *everything, cwd=repo.path).code == 1
        for name in FORMATS:
            assert not parts & parts_of((tmp_path / name).read_text()), (turn, name)
        # what the cache holds of the pack has no value, which the new names hold
        repo.git("gc", "--quiet")
        repo.git("branch", f"new-{turn}-{key}")
        repo.write(f"b/{turn}{other}", line).add().commit()


def test_a_password_is_masked_in_names_of_its_own_finding_alone(inside: Inside, tmp_path: Path) -> None:
    word, line = "hunter22x", "url = 'postgres://app:{}@db.shop.example.org/x'\n"
    repo = Repo(tmp_path / "r").write(f"a-{word}/a.py", line.format(word)).write("b/a.txt", f"x='{KEY}'\n")
    repo.write(f"b-{word}/x.py", f"sendmailos = '{KEY}'\n").add().commit().git("branch", f"b/{word}")
    found = inside("scan", "-f", "json", cwd=repo.path).document["findings"]
    paths = {one["rule"]: {place["path"] for place in one["occurrences"]} for one in found}
    assert paths["postgres-url"] == {"a-********/a.py"}
    assert f"b-{word}/x.py" in paths["sendmailos-key"]


def test_an_allowed_key_is_masked_in_names_and_reasons(inside: Inside, tmp_path: Path) -> None:
    repo = Repo(tmp_path / "r").write(f"x{LONE}y/a.py", f"k = '{LONE}' # keyguard: allow since x_{LONE} is old\n")
    repo.write("b.py", f"sendmailos_{LONE}_x = '{KEY}'\n")
    for name in FORMATS:
        assert not leaks(inside("scan", "-v", "-f", name, cwd=repo.path).out)
    assert inside.scan(cwd=repo.path).document["summary"]["suppressed"][0]["reason"].startswith("since x_sk_live_****")


def test_values_come_back_from_other_processes(inside: Inside, tmp_path: Path) -> None:
    key = key_of("datadog", "DATADOG_API_KEY={hex:32}")
    for number in range(1600):
        (tmp_path / "r" / f"{number % 9}").mkdir(parents=True, exist_ok=True)
        (tmp_path / "r" / f"{number % 9}" / f"{number}.txt").write_text("x\n")
    Repo(tmp_path / "r", init=False).write("a.env", f"DATADOG_API_KEY={key}\n").write(
        f"b/x{key}y.py", f"sendmailos='{KEY}'"
    )
    said = inside("scan", "-f", "json", "--jobs", "2", cwd=tmp_path / "r")
    assert not parts_of(key) & parts_of(said.out)
    assert f"b/x********{key[-4:]}y.py" in said.out


@pytest.mark.parametrize(
    "words",
    [
        ("{}",),
        ("scan", "{}"),
        ("scan", "--fail-on", "{}"),
        ("scan", "-f", "text={}/x"),
        ("scan", "--range", "{}..HEAD"),
        ("scan", "--jobs", "{}"),
        ("verify", "{}"),
        ("prove", "{}"),
        ("hook", "{}"),
        ("explain", "{}"),
        ("plan", "--path", "{}"),
    ],
    ids=" ".join,
)
def test_a_key_that_was_typed_by_mistake_is_not_repeated(inside: Inside, words: tuple[str, ...]) -> None:
    typed = (KEY, KEY[8:], base64.b64encode(KEY.encode()).decode(), KEY[8:].lower())
    for key, around in product(typed, ("{}", "x{}", "a_{}b", "--vendor={}")):
        said = inside(*(word.format(around.format(key)) for word in words))
        assert said.code == 2
        assert not {part for part in parts_of(key[8:], 10) if part in said.out + said.err}, said.err.replace(key, "KEY")


def test_what_is_no_key_is_repeated(inside: Inside, repo: Repo) -> None:
    repo.write("a.txt", "x").add().commit()
    assert "'no-such-branch-2024'" in inside("scan", "--range", "no-such-branch-2024..HEAD", cwd=repo.path).err
    assert (
        "0123456789abcdef0123456789abcdef01234567"
        in inside("scan", "--range", "0123456789abcdef0123456789abcdef01234567..HEAD", cwd=repo.path).err
    )


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(("around", "code"), [("fix/SENDMAILOS_{}", 1), ("fix/x{}", 0)])
def test_a_key_in_the_range_that_was_asked_for_is_masked(
    inside: Inside, repo: Repo, name: str, around: str, code: int
) -> None:
    branch = around.format(LONE)
    repo.write("a.txt", "x").add().commit()
    repo.git("checkout", "-q", "-b", branch)
    repo.write("a.txt", "y").add().commit()
    for words, ends in ((("--range", f"HEAD~1..{branch}"), code), (("--since", f"{branch}~1"), 0)):
        said = inside("scan", *words, "-f", name, cwd=repo.path)
        assert said.code == ends, said.err
        assert not parts_of(LONE[8:]) & parts_of(said.out + said.err)


def test_a_key_that_touches_a_character_of_a_word_in_a_name_is_found(inside: Inside, repo: Repo) -> None:
    keys = [made_up_key(seed) for seed in range(31, 36)]
    repo.write(f"backup_{keys[0]}.env", "x").write(f"of_{keys[1]}_old/a.txt", "x").add().commit()
    repo.git("rm", "-q", "-r", f"of_{keys[1]}_old")
    repo.commit()
    repo.git("branch", f"fix/SENDMAILOS_{keys[2]}")
    repo.git("tag", f"v1_{keys[3]}_rc")
    repo.write("a.env", f"SENDMAILOS_API_KEY={keys[4]}\n").add().commit().git("branch", f"fix/x{keys[4]}y")
    found = inside("scan", "-f", "json", "--no-hygiene", cwd=repo.path).document["findings"]
    paths = {
        one["masked"][-4:]: {place["path"] for place in one["occurrences"] if "/logs/" not in place["path"]}
        for one in found
    }
    assert paths == {
        key[-4:]: {f"{where}********{key[-4:]}{behind}", *more}
        for key, where, behind, more in (
            (keys[0], "backup_sk_live_", ".env", ()),
            (keys[1], "of_sk_live_", "_old", ()),
            (keys[2], ".git/refs/heads/fix/SENDMAILOS_sk_live_", "", ()),
            (keys[3], ".git/refs/tags/v1_sk_live_", "_rc", ()),
            (keys[4], ".git/refs/heads/fix/xsk_live_", "y", ("a.env",)),
        )
    }
    (sent,) = (one for one in found if one["masked"].endswith(keys[2][-4:]))
    assert sent["rule"] == "sendmailos-key"
