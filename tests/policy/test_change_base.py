"""What a change allows for itself does not count: configuration and markers are those of what it is made to."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.calling import Inside, Said
from tests.helpers.checkout import leaking_line, made_up_key
from tests.helpers.repos import Repo

pytest_plugins = ("tests.helpers.commandline",)

KEY = made_up_key(1)
LEAK = leaking_line(1)
MARKED = LEAK.strip() + "  # keyguard: allow[sendmailos-key] sample\n"
RULE = "sendmailos-key"
IGNORE = f'ignore = ["{RULE}"]\n'
PR = ("scan", "-f", "json", "--range", "origin/main..HEAD")

#: what a configuration says -> what a report says of a key that only the change itself allows so
SETTINGS = {
    IGNORE: "ignore in .keyguard.toml",
    'select = ["stripe-key"]\n': "select in .keyguard.toml",
    'exclude = ["*.env"]\n': "exclude in .keyguard.toml",
    'max-size = "3"\n': "max-size in .keyguard.toml",
}


def remote_has(repo: Repo, revision: str = "HEAD", branch: str = "main") -> Repo:
    """The remote's branch is at this revision, as far as the repository knows."""
    repo.git("update-ref", f"refs/remotes/origin/{branch}", revision)
    return repo


def landed(path: Path, **files: str) -> Repo:
    """A repository whose remote has its main branch, with these files; a branch ``pr`` is checked out."""
    repo = Repo(path).write("app.py", "print()\n")
    for name, text in files.items():
        repo.write({"config": ".keyguard.toml", "sample": "tests/sample.env"}.get(name, name), text)
    remote_has(repo.add().commit("first"))
    repo.git("checkout", "--quiet", "-b", "pr")
    return repo


def allowances(said: Said) -> list[str]:
    """What the change would allow by, of the one finding; fails where there is another number of findings."""
    (finding,) = said.document["findings"]
    found: list[str] = finding["allowed_by_change"]
    return found


def configuration(said: Said) -> dict[str, Any]:
    found: dict[str, Any] = said.document["configuration"]
    return found


# --- a pull request ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("setting", SETTINGS)
def test_what_a_change_sets_for_itself_does_not_count(tmp_path: Path, inside: Inside, setting: str) -> None:
    repo = landed(tmp_path / "r").write(".keyguard.toml", setting).write("new.env", LEAK).add().commit("both")
    said = inside(*PR, cwd=repo.path)
    assert (said.code, allowances(said)) == (1, [SETTINGS[setting]])
    assert configuration(said) == {
        "source": "base",
        "path": "",
        "ref": "origin/main",
        "commit": repo.oid("origin/main"),
        "changed": [setting.split(" ")[0]],
        "note": "",
    }


@pytest.mark.parametrize("setting", SETTINGS)
def test_what_has_landed_counts(tmp_path: Path, inside: Inside, setting: str) -> None:
    repo = landed(tmp_path / "r", config=setting).write("new.env", LEAK).add().commit("leak")
    said = inside(*PR, cwd=repo.path)
    assert (said.code, said.document["findings"]) == (0, [])
    assert (configuration(said)["path"], configuration(said)["changed"]) == (".keyguard.toml", [])
    aside = len(said.document["summary"]["suppressed"]) + sum(not one["gap"] for one in said.document["skipped"])
    assert aside == 1, "what is left out is counted"


def test_a_change_cannot_take_away_what_has_landed(tmp_path: Path, inside: Inside) -> None:
    repo = landed(tmp_path / "r", config='exclude = ["tests/"]\nfail-on = "high"\n')
    repo.remove(".keyguard.toml").write("tests/a.env", LEAK).add().commit("without")
    said = inside(*PR, cwd=repo.path)
    assert (said.code, configuration(said)["changed"]) == (0, ["exclude", "fail-on"])


def test_fail_on_is_that_of_the_base(tmp_path: Path, inside: Inside) -> None:
    test_key = LEAK.replace("sk_" + "live", "sk_" + "test")
    repo = landed(tmp_path / "r").write(".keyguard.toml", 'fail-on = "critical"\n').write("a.env", test_key)
    said = inside(*PR, cwd=repo.add().commit("both").path)
    assert (said.code, allowances(said)) == (1, ["fail-on in .keyguard.toml"])


def test_a_record_of_revoked_keys_is_told(tmp_path: Path, inside: Inside) -> None:
    repo = landed(tmp_path / "r").write("new.env", LEAK).add().commit("leak")
    (finding,) = inside(*PR, cwd=repo.path).document["findings"]
    repo.write(".keyguard.toml", f'[revoked]\n"{finding["id"]}" = 2026-01-01\n').add().commit("revoked, it says")
    assert allowances(inside(*PR, cwd=repo.path)) == ["[revoked] in .keyguard.toml"]


@pytest.mark.parametrize("name", ["keyguard.toml", "pyproject.toml"])
def test_other_names_of_a_configuration_are_no_way_round(tmp_path: Path, inside: Inside, name: str) -> None:
    text = f"[tool.keyguard]\n{IGNORE}" if name == "pyproject.toml" else IGNORE
    repo = landed(tmp_path / "r", config='ignore = ["stripe-key"]\n')
    repo.git("mv", ".keyguard.toml", name)
    repo.write(name, text).write("new.env", LEAK).add().commit("renamed")
    said = inside(*PR, cwd=repo.path)
    assert (said.code, allowances(said)) == (1, [f"ignore in {name}"])


def test_a_nested_configuration_counts_as_in_a_work_tree(tmp_path: Path, inside: Inside) -> None:
    repo = landed(tmp_path / "r", **{"sub/.keyguard.toml": 'exclude = ["/a.env"]\n'})
    repo.write("sub/a.env", LEAK).add().commit("leak")
    assert inside(*PR, "sub", cwd=repo.path).code == 0
    assert inside(*PR, cwd=repo.path / "sub").code == 0
    assert inside(*PR, cwd=repo.path).code == 1
    repo.write("sub/.keyguard.toml", "").write("sub/b.env", leaking_line(2)).add().commit("another")
    assert inside(*PR, "sub", cwd=repo.path).code == 1


@pytest.mark.parametrize("name", [".keyguard.toml", "pyproject.toml"])
def test_a_link_in_place_of_a_configuration(tmp_path: Path, inside: Inside, name: str) -> None:
    repo = landed(tmp_path / "r").write("real.toml", IGNORE).link(name, "real.toml").write("new.env", LEAK)
    said = inside(*PR, cwd=repo.add().commit("link").path)
    assert (said.code, allowances(said)) == (1, [])
    assert ("symbolic link" in configuration(said)["note"]) == (name == ".keyguard.toml")
    said = inside("scan", "--range", "HEAD~..HEAD", "--config-from", "HEAD", cwd=repo.path)
    assert (said.code, "symbolic link" in said.err) == ((2, True) if name == ".keyguard.toml" else (1, False))


PACK = """[vendor]
id = "{vendor}"
name = "x"
[[rules]]
id = "{rule}"
title = "x"
description = "x"
pattern = '(?P<secret>zqzqzqzq[0-9]{{9}})'
samples = ["{sample}"]
"""
OWN_KEY = "zqzq" * 2 + "904172635\n"


@pytest.mark.parametrize("way", ["replaced", "sample", "folder"])
def test_a_pack_of_the_change_is_not_read(tmp_path: Path, inside: Inside, way: str) -> None:
    sample = hashlib.sha256(KEY.encode()).hexdigest()
    names = ("sendmailos", RULE) if way == "replaced" else ("x", "x-y")
    repo = landed(tmp_path / "r").write("packs/p.toml", PACK.format(vendor=names[0], rule=names[1], sample=sample))
    repo.write(".keyguard.toml", f'rules = ["packs{"" if way == "folder" else "/p.toml"}"]\n').write("new.env", LEAK)
    said = inside(*PR, cwd=repo.add().commit("pack").path)
    assert (said.code, configuration(said)["changed"]) == (1, ["rules"])


@pytest.mark.parametrize("rules", ['["packs"]', '["packs/p.toml"]', '["packs", "./packs/p.toml"]'])
def test_a_pack_of_the_base_is_read_from_there(tmp_path: Path, inside: Inside, rules: str) -> None:
    where = "sub/" if "./" in rules else ""
    files = {
        f"{where}.keyguard.toml": f"rules = {rules}\n",
        f"{where}packs/p.toml": PACK.format(vendor="x", rule="x-y", sample="0" * 64),
    }
    repo = landed(tmp_path / "r", **files).remove(f"{where}packs/p.toml").write("a.txt", OWN_KEY)
    said = inside(*PR, *filter(None, [where]), cwd=repo.add().commit("without").path)
    assert [one["rule"] for one in said.document["findings"]] == ["x-y"]


def test_a_broken_configuration_of_the_base_is_an_error_that_says_where(tmp_path: Path, inside: Inside) -> None:
    repo = landed(tmp_path / "r", config='\nexlude = ["a"]\n').write("new.env", LEAK).add().commit("leak")
    said = inside(*PR, cwd=repo.path)
    assert said.code == 2
    assert ".keyguard.toml:2: unknown key 'exlude', did you mean 'exclude'? valid keys are select, " in said.err
    assert " (in origin/main, " in said.err
    repo.write(".keyguard.toml", "").add().commit("mended")
    assert inside(*PR, cwd=repo.path).code == 2
    assert inside(*PR, "--isolated", cwd=repo.path).code == 1


def test_a_broken_pack_of_the_base_is_an_error_that_says_where(tmp_path: Path, inside: Inside) -> None:
    repo = landed(tmp_path / "r", config='rules = ["p.toml"]\n', **{"p.toml": "[vendor]\n"})
    said = inside(*PR, cwd=repo.commit("empty").path)
    assert (said.code, "p.toml:1: vendor" in said.err, "(in origin/main, " in said.err) == (2, True, True)
    for name in ("none", "../p.toml", "/p.toml"):
        remote_has(repo.write(".keyguard.toml", f'rules = ["{name}"]\n').add().commit("other"))
        said = inside(*PR, cwd=repo.commit("empty").path)
        assert (said.code, f"rules: {name}: " in said.err, "(in origin/main, " in said.err) == (2, True, True)


def test_a_broken_configuration_of_the_change_is_said_and_does_not_count(tmp_path: Path, inside: Inside) -> None:
    repo = landed(tmp_path / "r", config='ignore = ["stripe-key"]\n').write(".keyguard.toml", "= broken\n")
    said = inside(*PR, cwd=repo.write("new.env", LEAK).add().commit("broken").path)
    assert (said.code, allowances(said)) == (1, [])
    assert ".keyguard.toml:1:1: not TOML" in configuration(said)["note"]


# --- markers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("line", [MARKED, f"# keyguard: allow\n{LEAK}", LEAK.strip() + " # gitleaks:allow\n"])
def test_a_marker_of_the_change_does_not_count(tmp_path: Path, inside: Inside, line: str) -> None:
    repo = landed(tmp_path / "r").write("new.env", line).add().commit("marked")
    said = inside(*PR, cwd=repo.path)
    assert said.code == 1
    (told,) = allowances(said)
    assert told.endswith(" at new.env:1")
    said = inside(*PR, "--no-inline-ignore", cwd=repo.path)
    assert said.code == 1


def test_a_marker_counts_for_a_key_that_the_base_allows_by_one(tmp_path: Path, inside: Inside) -> None:
    repo = landed(tmp_path / "r", sample=MARKED).write("other/copy.env", MARKED).add().commit("copied")
    said = inside(*PR, cwd=repo.path)
    assert (said.code, [one["by"] for one in said.document["summary"]["suppressed"]]) == (0, ["inline"])
    repo.write("other/bare.env", LEAK).add().commit("without a marker")
    said = inside(*PR, cwd=repo.path)
    assert (said.code, allowances(said)) == (1, [])


def test_a_marker_beside_another_key_of_the_base_does_not_count(tmp_path: Path, inside: Inside) -> None:
    repo = landed(tmp_path / "r", sample=MARKED.replace(KEY, made_up_key(2))).write("tests/sample.env", MARKED)
    said = inside(*PR, cwd=repo.add().commit("other key").path)
    assert (said.code, len(allowances(said))) == (1, 1)


def test_a_marker_beside_a_key_that_the_base_has_without_one_does_not_count(tmp_path: Path, inside: Inside) -> None:
    repo = landed(tmp_path / "r", sample=LEAK).write("copy.env", MARKED).add().commit("copied")
    assert inside(*PR, cwd=repo.path).code == 1


def test_a_marker_for_another_rule_does_not_count(tmp_path: Path, inside: Inside) -> None:
    repo = landed(tmp_path / "r", sample=MARKED.replace(RULE, "stripe-key")).write("copy.env", MARKED)
    assert inside(*PR, cwd=repo.add().commit("copied").path).code == 1


def test_a_marker_in_the_message_of_a_commit_does_not_count(tmp_path: Path, inside: Inside) -> None:
    repo = landed(tmp_path / "r").commit(f"{KEY}  keyguard: allow")
    said = inside(*PR, cwd=repo.path)
    assert (said.code, len(allowances(said))) == (1, 1)


# --- which commit is the base -------------------------------------------------------------------------------------


def allowing(repo: Repo, *words: str, inside: Inside) -> tuple[int, str]:
    """How a scan ends, and the commit that it calls the base."""
    said = inside("scan", "-f", "json", *words, cwd=repo.path)
    return said.code, configuration(said)["commit"]


def test_an_earlier_commit_of_the_same_branch_is_no_base(tmp_path: Path, inside: Inside) -> None:
    repo = landed(tmp_path / "r").write(".keyguard.toml", IGNORE).add().commit("first the exception")
    remote_has(repo, branch="pr").write("new.env", LEAK).add().commit("then the key")
    main = repo.oid("origin/main")
    for words in (("--range", "HEAD~..HEAD"), ("--range", "origin/pr.."), ("--not-remotes",), ("--since", "HEAD~")):
        assert allowing(repo, *words, inside=inside) == (1, main), words


def test_the_base_is_where_the_branch_left_the_default_branch(tmp_path: Path, inside: Inside) -> None:
    repo = landed(tmp_path / "r").write("new.env", LEAK).add().commit("leak")
    begin = repo.oid("origin/main")
    repo.git("checkout", "--quiet", "main")
    remote_has(repo.write(".keyguard.toml", IGNORE).add().commit("exception"))
    repo.git("checkout", "--quiet", "pr")
    assert allowing(repo, "--range", "origin/main..HEAD", inside=inside) == (1, begin)
    repo.git("merge", "--quiet", "--no-edit", "origin/main")
    assert allowing(repo, "--range", "origin/main..HEAD", inside=inside) == (0, repo.oid("origin/main"))


def test_a_checkout_of_a_pull_request_as_merged(tmp_path: Path, inside: Inside) -> None:
    repo = landed(tmp_path / "r").write(".keyguard.toml", IGNORE).write("new.env", LEAK).add().commit("both")
    repo.git("checkout", "--quiet", "--detach", "origin/main")
    repo.commit("main moves on")
    remote_has(repo)
    repo.git("merge", "--quiet", "--no-ff", "--no-edit", "pr")
    repo.git("update-ref", "refs/remotes/pull/7/merge", "HEAD")
    assert allowing(repo, "--range", "HEAD~..HEAD", inside=inside) == (1, repo.oid("HEAD~"))
    repo.git("update-ref", "-d", "refs/remotes/origin/main")
    assert allowing(repo, "--range", "HEAD~..HEAD", inside=inside) == (1, repo.oid("HEAD~"))


def test_a_push_to_the_default_branch_is_held_against_what_it_was(tmp_path: Path, inside: Inside) -> None:
    repo = landed(tmp_path / "r")
    before = repo.oid()
    remote_has(repo.write(".keyguard.toml", IGNORE).write("new.env", LEAK).add().commit("both"))
    assert allowing(repo, "--range", f"{before}..HEAD", inside=inside) == (1, before)
    after = repo.oid()
    remote_has(repo.commit("and another push"))
    assert allowing(repo, "--range", f"{before}..{after}", inside=inside) == (1, before)


def test_a_range_without_a_beginning_on_the_default_branch_has_no_base(tmp_path: Path, inside: Inside) -> None:
    repo = landed(tmp_path / "r", config=IGNORE).write("new.env", LEAK).add().commit("leak")
    assert allowing(remote_has(repo), "--range", "HEAD", inside=inside) == (1, "")


@pytest.mark.parametrize("branch", ["main", "master", "trunk", ""])
def test_the_default_branch_of_the_remote(tmp_path: Path, inside: Inside, branch: str) -> None:
    repo = Repo(tmp_path / "r").write(".keyguard.toml", IGNORE).add().commit("exception")
    if branch:
        remote_has(repo, branch=branch)
    remote_has(repo.commit("a branch of the change, pushed"), branch="pr")
    if branch == "trunk":
        repo.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk")
    repo.write("new.env", LEAK).add().commit("leak")
    base = repo.oid("HEAD~2")
    assert allowing(repo, "--not-remotes", inside=inside) == ((0, base) if branch else (1, ""))
    assert allowing(repo, "--range", "HEAD~..", inside=inside) == (0, base if branch else repo.oid("HEAD~"))


def test_a_shallow_checkout(tmp_path: Path, inside: Inside) -> None:
    origin = Repo(tmp_path / "origin").write(".keyguard.toml", IGNORE).add().commit("one").commit("two").commit("three")
    origin.git("checkout", "--quiet", "-b", "pr")
    origin.write("new.env", LEAK).add().commit("leak")
    repo = Repo(tmp_path / "clone", init=False)
    url = f"file://{origin.path}"
    repo.git("clone", "--quiet", "--depth=2", "--branch=pr", url, ".")
    repo.git("fetch", "--quiet", "--depth=1", "origin", "+refs/heads/main:refs/remotes/origin/main")
    assert allowing(repo, "--range", "origin/main..HEAD", "--allow-incomplete", inside=inside) == (
        0,
        repo.oid("origin/main"),
    )


def test_a_submodule_has_a_base_of_its_own(tmp_path: Path, inside: Inside) -> None:
    inner = landed(tmp_path / "inner")
    repo = landed(tmp_path / "r", config=IGNORE)
    repo.git("submodule", "--quiet", "add", str(inner.path), "lib")
    sub = Repo(repo.path / "lib", init=False).write("new.env", LEAK).add().commit("leak")
    assert inside("scan", "--range", "HEAD~..", cwd=sub.path).code == 1
    assert inside("scan", "--range", "origin/main..", "lib", cwd=repo.path).code == 1


# --- who approves -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["HEAD", "pr", "worktree"])
def test_an_approver_says_otherwise(tmp_path: Path, inside: Inside, name: str) -> None:
    repo = landed(tmp_path / "r").write("marked.env", MARKED).write("new.py", f'key = "{made_up_key(2)}"\n')
    repo.write(".keyguard.toml", 'exclude = ["new.py"]\n').add().commit("both")
    assert inside(*PR, cwd=repo.path).code == 1
    said = inside(*PR, "--config-from", name, cwd=repo.path)
    assert (said.code, configuration(said)["source"]) == (0, "work tree" if name == "worktree" else "commit")


def test_the_configuration_of_a_commit_counts_for_files_as_well(tmp_path: Path, inside: Inside) -> None:
    repo = landed(tmp_path / "r", sample=MARKED).write("copy.env", MARKED).write(".keyguard.toml", IGNORE)
    repo.write("other.env", MARKED.replace(KEY, made_up_key(2))).add().commit("more")
    said = inside("scan", "-f", "json", "--config-from", "origin/main", "--no-history", "--no-hygiene", cwd=repo.path)
    (finding,) = said.document["findings"]
    assert [one["path"] for one in finding["occurrences"]] == ["other.env"]
    assert len(said.document["summary"]["suppressed"]) == 2


@pytest.mark.parametrize("command", ["scan", "scan --range HEAD", "hook pre-commit", "hook pre-receive", "fix"])
def test_an_empty_name_of_a_configuration_is_an_error(tmp_path: Path, inside: Inside, command: str) -> None:
    repo = Repo(tmp_path / "r").write("a.txt", "x").add().commit()
    for option in ("--config", "--config-from") if command != "fix" else ("--config",):
        said = inside(*command.split(), option, "", cwd=repo.path)
        assert (said.code, "it is empty" in said.err) == (2, True), said.err


@pytest.mark.parametrize("more", [("--isolated",), ("--config", "x.toml"), ("--config-from", "nope")])
def test_what_does_not_go_together(tmp_path: Path, inside: Inside, more: tuple[str, ...]) -> None:
    repo = landed(tmp_path / "r").commit("more")
    words = more if more[0] == "--config-from" else ("--config-from", "HEAD", *more)
    said = inside(*PR, *words, cwd=repo.path)
    assert (said.code, "--config-from" in said.err) == (2, True)


def test_a_file_that_is_named_counts_and_markers_are_still_the_base_s(tmp_path: Path, inside: Inside) -> None:
    repo = landed(tmp_path / "r", config=IGNORE).write("new.env", MARKED).add().commit("marked")
    (tmp_path / "ours.toml").write_text("")
    said = inside(*PR, "--config", str(tmp_path / "ours.toml"), cwd=repo.path)
    assert (said.code, configuration(said)["source"], len(allowances(said))) == (1, "file", 1)
    assert inside(*PR, cwd=repo.path, KEYGUARD_CONFIG=str(tmp_path / "ours.toml")).code == 1


def test_a_scan_of_the_work_tree_says_so_in_ci(tmp_path: Path, inside: Inside) -> None:
    repo = landed(tmp_path / "r").write("new.env", MARKED).add().commit("marked")
    for words in (("--no-history",), ("--since", "2020-01-01")):
        said = inside("scan", *words, cwd=repo.path, CI="true")
        assert "of the work tree" in said.err, words
        assert "of the work tree" not in inside("scan", *words, cwd=repo.path).err
    said = inside("scan", "--config-from", "worktree", cwd=repo.path, CI="true")
    assert "of the work tree" not in said.err
    repo.write("new.env", "").write(".keyguard.toml", IGNORE)
    assert "of the work tree" in inside("scan", "--changes", cwd=repo.path, CI="true").err
    assert "of the work tree" not in inside(*PR, cwd=repo.path, CI="true").err


# --- how it is said -----------------------------------------------------------------------------------------------


def test_every_report_says_it(tmp_path: Path, inside: Inside) -> None:
    repo = landed(tmp_path / "r").write(".keyguard.toml", IGNORE).write("new.env", MARKED).add().commit("both")
    formats = ("text", "concise", "json", "jsonl", "sarif", "github")
    files = [word for name in formats for word in ("-f", f"{name}={tmp_path / name}")]
    assert inside("scan", "--range", "origin/main..HEAD", *files, cwd=repo.path).code == 1
    said = {name: (tmp_path / name).read_text() for name in formats}
    for name in ("text", "concise", "github"):
        assert "allowed by this change" in said[name]
        assert "without effect: the change's own ignore" in said[name]
    assert "ignore in .keyguard.toml" in said["text"]
    (result,) = json.loads(said["sarif"])["runs"][0]["results"]
    assert "allowed by this change" in result["message"]["text"]
    assert len(result["properties"]["allowedByChange"]) == 2
    assert "suppressions" not in result
    assert json.loads(said["jsonl"].splitlines()[0])["allowed_by_change"]
    assert all(KEY not in text for text in said.values())


def test_a_verbose_report_says_which_configuration_counted(tmp_path: Path, inside: Inside) -> None:
    repo = landed(tmp_path / "r", config=IGNORE).commit("more")
    said = inside("scan", "-v", "--range", "origin/main..HEAD", cwd=repo.path)
    assert f"configuration: .keyguard.toml of origin/main, {repo.oid('origin/main')[:10]}\n" in said.out
    assert "configuration" not in inside("scan", "--range", "origin/main..HEAD", cwd=repo.path).out


def test_a_key_in_the_name_of_a_branch_or_folder_is_masked(tmp_path: Path, inside: Inside) -> None:
    repo = landed(tmp_path / "r", **{f"{KEY}/.keyguard.toml": 'ignore = ["stripe-key"]\n'})
    repo.git("branch", f"x/{KEY}")
    repo.write(f"{KEY}/.keyguard.toml", IGNORE).write("new.env", LEAK).add().commit("both")
    for words in (("--range", "origin/main..HEAD"), ("--range", "HEAD~..", "--config-from", f"x/{KEY}")):
        for name in ("text", "json", "sarif"):
            said = inside("scan", "-v", "-f", name, *words, KEY, cwd=repo.path)
            assert said.code == 1
            assert KEY not in said.out + said.err


# --- a commit ------------------------------------------------------------------------------------------------------


@pytest.fixture
def staged(tmp_path: Path) -> Repo:
    """A key is staged."""
    return Repo(tmp_path / "r").write("app.py", "print()\n").add().commit("first").write("new.env", LEAK).add()


COMMITS = [("hook", "pre-commit"), ("scan", "--staged"), ("hook", "pre-commit", "new.env")]


@pytest.mark.parametrize("words", COMMITS, ids=" ".join)
def test_a_commit_obeys_what_is_staged(staged: Repo, inside: Inside, words: tuple[str, ...]) -> None:
    staged.write(".keyguard.toml", IGNORE)
    said = inside(*words, cwd=staged.path)
    assert (said.code, ".keyguard.toml does not count, since it is not staged" in " ".join(said.out.split())) == (
        1,
        True,
    )
    staged.add(".keyguard.toml")
    assert inside(*words, cwd=staged.path).code == 0
    staged.write(".keyguard.toml", "= broken")
    assert inside(*words, cwd=staged.path).code == 0
    staged.remove(".keyguard.toml")
    said = inside(*words, "-f", "json", cwd=staged.path)
    assert (said.code, configuration(said)["source"], configuration(said)["path"]) == (0, "index", ".keyguard.toml")


def test_the_hygiene_of_a_commit_obeys_what_is_staged(staged: Repo, inside: Inside) -> None:
    staged.write(".env", LEAK).add()
    words = ("hook", "hygiene")
    assert inside(*words, cwd=staged.path).code == 1
    staged.write(".keyguard.toml", 'ignore = ["env", "key", "hook", "live"]\n')
    said = inside(*words, "-v", cwd=staged.path)
    assert (said.code, ".keyguard.toml does not count, since it is not staged" in said.out) == (1, True)
    staged.add(".keyguard.toml")
    assert inside(*words, cwd=staged.path).code == 0
    staged.write(".keyguard.toml", "= broken")
    said = inside(*words, "-f", "json", cwd=staged.path)
    assert (said.code, configuration(said)["source"], configuration(said)["path"]) == (0, "index", ".keyguard.toml")
    assert {one["kind"] for one in said.document["findings"]} <= {"hygiene"}
    assert inside(*words, "--isolated", cwd=staged.path).code == 1
    assert inside(*words, "a.txt", cwd=staged.path).code == 2


def test_the_hygiene_of_a_push_obeys_what_is_pushed(staged: Repo, inside: Inside) -> None:
    staged.write(".env", LEAK).write(".keyguard.toml", 'ignore = ["env", "key", "hook", "live"]\n').add().commit("b")
    pushed = {"PRE_COMMIT": "1", "PRE_COMMIT_TO_REF": staged.oid(), "PRE_COMMIT_REMOTE_NAME": "origin"}
    staged.write(".keyguard.toml", "ignore = []\n").add()
    assert inside("hook", "hygiene", cwd=staged.path, **pushed).code == 0
    assert inside("hook", "hygiene", cwd=staged.path).code == 1


@pytest.mark.parametrize("kind", ["version 4", "sparse", "split", "packed", "intent", "sub", "pyproject", "conflict"])
def test_every_kind_of_index(staged: Repo, inside: Inside, kind: str) -> None:
    name = {"sub": "sub/.keyguard.toml", "pyproject": "pyproject.toml"}.get(kind, ".keyguard.toml")
    text = f"[tool.keyguard]\n{IGNORE}" if kind == "pyproject" else IGNORE
    staged.write(name, text).add(*((name, "new.env") if kind != "intent" else ("new.env",)))
    if kind == "version 4":
        staged.git("update-index", "--index-version=4")
    elif kind == "sparse":
        staged.write("far/a.txt", "a\n").add().commit("all").write("new2.env", leaking_line(2)).add()
        staged.git("sparse-checkout", "set", "--cone", "--sparse-index")
    elif kind == "split":
        staged.git("update-index", "--split-index")
        staged.write("other.txt", "a\n").add("other.txt")
    elif kind == "packed":
        staged.commit("all").write("new2.env", leaking_line(2)).add().git("repack", "-adq")
        staged.write(".keyguard.toml", "")
    elif kind == "intent":
        staged.git("add", "--intent-to-add", name)
    elif kind == "conflict":
        staged.commit("all")
        staged.git("checkout", "--quiet", "-b", "side")
        staged.write(name, "").add().commit("side")
        staged.git("checkout", "--quiet", "main")
        staged.write(name, IGNORE + "# more\n").write("new2.env", leaking_line(2)).add().commit("main")
        staged.git("merge", "--quiet", "side", check=False)
        staged.write("new3.env", leaking_line(3)).add("new3.env")
    cwd = staged.path / ("sub" if kind == "sub" else "")
    said = inside("scan", "-f", "json", "--staged", cwd=cwd)
    assert (said.code, configuration(said)["path"]) == ((1, "") if kind == "intent" else (0, name))


def test_a_link_in_the_index_is_not_followed(staged: Repo, inside: Inside) -> None:
    staged.write("real.toml", IGNORE).link(".keyguard.toml", "real.toml").add()
    said = inside("scan", "--staged", cwd=staged.path)
    assert (said.code, "a symbolic link" in said.err, "(in the index)" in said.err) == (2, True, True)


def test_packs_of_the_index(staged: Repo, inside: Inside) -> None:
    staged.write(".keyguard.toml", 'rules = ["packs"]\n').write("a.txt", OWN_KEY)
    staged.write("packs/p.toml", PACK.format(vendor="x", rule="x-y", sample="0" * 64)).add()
    staged.remove("packs/p.toml")
    said = inside("scan", "-f", "json", "--staged", cwd=staged.path)
    assert {one["rule"] for one in said.document["findings"]} == {RULE, "x-y"}


def test_an_index_of_sha_256(tmp_path: Path, inside: Inside) -> None:
    repo = Repo(tmp_path / "r", "--object-format=sha256").write(".keyguard.toml", IGNORE).write("new.env", LEAK).add()
    assert inside("hook", "pre-commit", cwd=repo.path).code == 0
    remote_has(repo.commit("first")).write("b.env", leaking_line(2)).add().commit("second")
    assert inside(*PR, cwd=repo.path).code == 0


# --- a push --------------------------------------------------------------------------------------------------------


def push_line(repo: Repo, old: str = "0" * 40, ref: str = "refs/heads/pr", revision: str = "HEAD") -> bytes:
    return f"{old} {repo.oid(revision)} {ref}\n".encode()


def test_who_pushes_obeys_what_is_pushed(tmp_path: Path, inside: Inside) -> None:
    repo = landed(tmp_path / "r").write(".keyguard.toml", 'exclude = ["new.env"]\n').write("new.env", LEAK)
    repo.write("b.env", MARKED.replace(KEY, made_up_key(2))).add().commit("both")
    line = f"refs/heads/pr {repo.oid()} refs/heads/pr {'0' * 40}\n".encode()
    repo.write(".keyguard.toml", "= broken")
    said = inside("hook", "pre-push", "origin", "-f", "json", cwd=repo.path, stdin=line)
    assert (said.code, configuration(said)["source"], configuration(said)["commit"]) == (0, "tip", repo.oid())
    repo.remove(".keyguard.toml").add().commit("without")
    line = f"refs/heads/pr {repo.oid()} refs/heads/pr {'0' * 40}\n".encode()
    assert inside("hook", "pre-push", "origin", cwd=repo.path, stdin=line).code == 1
    zero = f"(delete) {'0' * 40} refs/heads/pr {repo.oid()}\n".encode()
    assert inside("hook", "pre-push", "origin", cwd=repo.path, stdin=zero).code == 0


def test_a_later_commit_of_a_push_may_allow_a_key_of_an_earlier_one(tmp_path: Path, inside: Inside) -> None:
    repo = landed(tmp_path / "r").write("new.env", LEAK).add().commit("key")
    repo.write("new.env", f"x = 1\n{MARKED}").add().commit("marked")

    def pushed(*revisions: str) -> int:
        lines = [f"refs/heads/{at} {repo.oid(name)} refs/heads/{at} {'0' * 40}\n" for at, name in enumerate(revisions)]
        return inside("hook", "pre-push", "origin", cwd=repo.path, stdin="".join(lines).encode()).code

    assert pushed("HEAD") == 0
    assert pushed("HEAD~1") == 1
    # another branch of the same push still has it without the marker
    assert pushed("HEAD", "HEAD~1") == 1
    repo.write("copy.env", LEAK).add().commit("another place")
    assert pushed("HEAD") == 1
    repo.write("copy.env", "").write("new.env", LEAK).add().commit("no marker any more")
    assert pushed("HEAD") == 1
    repo.write("new.env", "").add().commit("taken out")
    assert pushed("HEAD") == 1


@pytest.fixture
def server(tmp_path: Path) -> Repo:
    """A server whose HEAD has an exception, with a push of a key that it covers still to be decided about."""
    repo = Repo(tmp_path / "server").write(".keyguard.toml", IGNORE).write("sample.env", MARKED).add().commit("first")
    repo.git("checkout", "--quiet", "--detach")
    repo.write("new.env", leaking_line(2)).add().commit("leak")
    repo.git("update-ref", "refs/pushed", "HEAD")
    repo.git("checkout", "--quiet", "main")
    repo.git("update-ref", "-d", "refs/pushed")
    return repo


def pushed(
    inside: Inside, server: Repo, hook: str, oid: str, *words: str, ref: str = "refs/heads/pr", **env: str
) -> Said:
    """What the hook of a server says of a push."""
    old = server.git("rev-parse", "--quiet", "--verify", ref, check=False).decode().strip() or "0" * 40
    given = ("--", ref, old, oid) if hook == "update" else ()
    line = f"{old} {oid} {ref}\n".encode()
    return inside("hook", hook, "-f", "json", *words, *given, cwd=server.path / ".git", stdin=line, **env)


@pytest.mark.parametrize("hook", ["pre-receive", "update"])
def test_a_server_reads_nothing_of_the_repository(tmp_path: Path, inside: Inside, server: Repo, hook: str) -> None:
    leak = server.oid("HEAD@{1}")
    said = pushed(inside, server, hook, leak)
    assert (said.code, configuration(said)["commit"]) == (1, "")
    ours = tmp_path / "ours.toml"
    ours.write_text('ignore = ["stripe-key"]\n')
    said = pushed(inside, server, hook, leak, KEYGUARD_CONFIG=str(ours))
    assert (said.code, configuration(said)["source"]) == (1, "file")
    ours.write_text(IGNORE)
    assert pushed(inside, server, hook, leak, "--config", str(ours)).code == 0


@pytest.mark.parametrize("hook", ["pre-receive", "update"])
def test_a_server_may_trust_head_as_it_was(tmp_path: Path, inside: Inside, server: Repo, hook: str) -> None:
    leak, ours = server.oid("HEAD@{1}"), tmp_path / "ours.toml"
    ours.write_text('trust-head = true\nignore = ["stripe-key"]\n')
    said = pushed(inside, server, hook, leak, "--config", str(ours))
    assert (said.code, configuration(said)["commit"]) == (0, server.oid())
    assert {one["by"] for one in said.document["summary"]["suppressed"]} == {"ignore"}


def test_neither_the_old_tip_nor_the_new_one_decides_on_a_server(tmp_path: Path, inside: Inside) -> None:
    server, ours = Repo(tmp_path / "server").write("app.py", "print()\n").add().commit("first"), tmp_path / "ours.toml"
    server.git("checkout", "--quiet", "-b", "pr")
    server.write(".keyguard.toml", IGNORE).add().commit("exception on a branch")
    server.git("checkout", "--quiet", "--detach")
    server.write("new.env", MARKED).add().commit("leak")
    leak = server.oid()
    server.git("checkout", "--quiet", "main")
    ours.write_text("trust-head = true\n")
    for ref in ("refs/heads/pr", "refs/heads/new", "refs/heads/main", "refs/tags/v1"):
        said = pushed(inside, server, "pre-receive", leak, "--config", str(ours), ref=ref)
        assert said.code == 1, ref
        assert len(allowances(said)) == 2, ref
    said = pushed(inside, server, "pre-receive", leak, "--config", str(ours), GL_ID="1")
    assert said.code == 1


def test_a_first_push_has_no_base(tmp_path: Path, inside: Inside) -> None:
    server, ours = Repo(tmp_path / "server"), tmp_path / "ours.toml"
    server.write(".keyguard.toml", IGNORE).write("new.env", MARKED).add().commit("all")
    server.git("update-ref", "refs/keep", "HEAD")
    oid = server.oid()
    server.git("update-ref", "-d", "refs/heads/main")
    server.git("update-ref", "-d", "refs/keep")
    ours.write_text("trust-head = true\n")
    said = pushed(inside, server, "pre-receive", oid, "--config", str(ours), ref="refs/heads/main")
    assert (said.code, configuration(said)["commit"]) == (1, "")


def test_only_the_server_s_own_file_can_trust_head(tmp_path: Path, inside: Inside) -> None:
    repo = landed(tmp_path / "r", config="trust-head = true\n").commit("more")
    for words in (PR, ("scan",), ("hook", "pre-commit")):
        said = inside(*words, cwd=repo.path)
        assert (said.code, "trust-head: only a file that --config or KEYGUARD_CONFIG names" in said.err) == (2, True)
    said = inside("hook", "pre-receive", "--config-from", "worktree", cwd=repo.path, stdin=push_line(repo))
    assert said.code == 2


def test_a_configuration_beside_a_bare_repository_is_not_found(tmp_path: Path, inside: Inside, server: Repo) -> None:
    for folder in (server.path / ".git", tmp_path):
        (folder / ".keyguard.toml").write_text(IGNORE)
    assert pushed(inside, server, "pre-receive", server.oid("HEAD@{1}")).code == 1


def test_what_cannot_be_read_of_the_base_is_an_error(tmp_path: Path, inside: Inside) -> None:
    repo = landed(tmp_path / "r", config=IGNORE).write("new.env", LEAK).add().commit("leak")
    oid = repo.oid("origin/main:.keyguard.toml")
    (repo.path / ".git/objects" / oid[:2] / oid[2:]).unlink()
    said = inside(*PR, cwd=repo.path)
    assert (said.code, "cannot be read in origin/main, " in said.err) == (2, True)
