"""``keyguard inventory``: one row for each key, in every format, and no key in any of them."""

from __future__ import annotations

import csv
import io
import os
import time
from pathlib import Path
from typing import Any

import pytest

from keyguard.masking.secret import Secret, fingerprint
from keyguard.remote.journal import Entry, Journal
from tests.helpers.calling import Inside
from tests.helpers.repos import Repo
from tests.helpers.seeing import key

pytest_plugins = ("tests.helpers.commandline",)

#: 2026-01-01, and a day, in seconds
NOW = 1_767_225_600
DAY = 86_400
LIVE = "sk_live_{alnum:32}"
TEST = "sk_test_{alnum:32}"


def line(seed: str, template: str = LIVE) -> str:
    return f"SENDMAILOS_API_KEY={key(template, seed)}\n"


def print_of(seed: str, template: str = LIVE) -> str:
    return fingerprint(Secret(key(template, seed).encode()), guessable=False)


def commit(repo: Repo, days_ago: int) -> Repo:
    """Commit everything, so many days before now."""
    date = f"{NOW - days_ago * DAY} +0000"
    repo.environment |= {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
    return repo.add().commit()


def day(days_ago: int) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(NOW - days_ago * DAY))


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo(tmp_path / "shop").write("app.py", "print(1)\n").write(".gitignore", ".env\n")


def rows(inside: Inside, folder: Path, *words: str, code: int = 0, **variables: str) -> dict[str, dict[str, Any]]:
    """The rows by the fingerprints of their keys, in their order."""
    said = inside("inventory", "-f", "json", *words, cwd=folder, SOURCE_DATE_EPOCH=str(NOW), **variables)
    assert said.code == code, said.err
    assert said.document["schema"] == "keyguard-inventory/1"
    return {one["fingerprint"]: one for one in said.document["keys"]}


# --- where -----------------------------------------------------------------------------------------------------------


def test_a_key_is_where_it_is_nearest(inside: Inside, repo: Repo) -> None:
    commit(repo.write("gone.ini", line("gone")).write("deleted.ini", line("deleted")), 50)
    commit(repo.write("gone.ini", "").write("kept.ini", line("kept")), 40)
    repo.remove("deleted.ini")
    repo.write("new.ini", line("new")).write(".env", line("ignored"))
    repo.write("once.ini", line("staged")).add("once.ini").remove("once.ini")
    oid = repo.git("hash-object", "-w", "--stdin", stdin=line("dangling").encode())
    assert oid
    found = rows(inside, repo.path)
    names = ("new", "kept", "ignored", "deleted", "gone", "dangling")
    assert {name: found[print_of(name)]["where"] for name in names} == {
        "new": "files",
        "kept": "files",
        "ignored": "ignored",
        "deleted": "head",
        "gone": "history",
        "dangling": "dangling",
    }
    assert found[print_of("staged")]["where"] == "staged"
    assert len(found) == 7


def test_what_git_ignores_is_listed_though_no_scan_reports_it(inside: Inside, repo: Repo) -> None:
    commit(repo, 50)
    repo.write(".env", line("a")).write("sub/.env", line("a")).write("sub/app.py", "1\n")
    assert inside("scan", "-f", "json", "--only", "keys", cwd=repo.path).document["findings"] == []
    (row,) = rows(inside, repo.path).values()
    assert (row["where"], row["path"], row["places"]) == ("ignored", ".env", 2)
    assert row["shared_with"]["files"] == [{"path": "sub/.env"}]


def test_what_git_ignores_and_is_no_environment_file_is_not_looked_at(inside: Inside, repo: Repo) -> None:
    commit(repo.write(".gitignore", "*.log\n"), 50)
    repo.write("a.log", line("a"))
    assert rows(inside, repo.path) == {}


# --- when ------------------------------------------------------------------------------------------------------------


def test_age_and_rotation_are_those_of_the_value(inside: Inside, repo: Repo) -> None:
    commit(repo.write("a.ini", line("first")), 300)
    commit(repo.write("a.ini", line("second")), 200)
    commit(repo.write("a.ini", line("third")).write("b.ini", line("alone")), 100)
    found = rows(inside, repo.path)
    rotated = {name: found[print_of(name)]["last_rotated"][:10] for name in ("second", "third", "alone")}
    assert rotated == {"second": "", "third": day(100), "alone": ""}, "of what is gone nobody asks"
    assert {name: found[print_of(name)]["age_days"] for name in ("first", "third", "alone")} == {
        "first": 300,
        "third": 100,
        "alone": 100,
    }
    assert found[print_of("first")]["last_seen"][:10] == day(200)
    assert found[print_of("third")]["last_seen"] == ""


@pytest.mark.parametrize("what", ["another vendor", "another environment", "beside it", "later"])
def test_what_did_not_make_room_was_not_replaced(inside: Inside, repo: Repo, what: str) -> None:
    before = {
        "another vendor": f"STRIPE_SECRET_KEY={key('sk_live_{alnum:99}', 's')}\n",
        "another environment": line("old", TEST),
    }.get(what, line("old"))
    commit(repo.write("a.ini", before), 300)
    if what in ("beside it", "later"):
        commit(repo.write("a.ini", before + line("new")), 200)
    if what != "beside it":
        commit(repo.write("a.ini", line("new")), 100)
    assert rows(inside, repo.path)[print_of("new")]["last_rotated"] == ""


def test_without_history_nothing_is_known_of_time(inside: Inside, repo: Repo) -> None:
    commit(repo.write("a.ini", line("first")), 300)
    commit(repo.write("a.ini", line("second")), 200)
    (row,) = rows(inside, repo.path, "--no-history").values()
    assert (row["fingerprint"], row["first_seen"], row["age_days"]) == (print_of("second"), "", None)


# --- who -------------------------------------------------------------------------------------------------------------


def test_who_shares_a_key_is_told(inside: Inside, repo: Repo) -> None:
    for name, file in (("mail", ".env.production"), ("shop", ".env.development")):
        repo.write(f"services/{name}/package.json", "{}").write(f"services/{name}/{file}", line("a"))
    repo.write("services/mail/config.ini", line("b"))
    commit(repo, 10)
    found = rows(inside, repo.path)
    assert found[print_of("a")]["shared_with"] == {
        "files": [{"path": "services/shop/.env.development"}],
        "packages": [{"path": "services/mail"}, {"path": "services/shop"}],
        "environments": ["development", "production"],
    }
    assert found[print_of("b")]["shared_with"] == {"files": [], "packages": [], "environments": []}


def test_what_is_on_record_is_shown(inside: Inside, repo: Repo, tmp_path: Path) -> None:
    for name in ("dead", "alive", "both", "written", "nothing"):
        repo.write(f"{name}.ini", line(name))
    repo.write(".keyguard.toml", f'[revoked]\n"KG-{print_of("written"):.8}" = 2025-12-01\n')
    commit(repo, 10)
    journal = Journal(str(tmp_path / "state"))
    for name, outcome in (("dead", "inactive"), ("both", "inactive"), ("both", "active"), ("alive", "active")):
        journal.append(
            Entry(action="verify", fingerprint=print_of(name), id="KG-1", vendor="sendmailos", outcome=outcome)
        )
    found = rows(inside, repo.path, KEYGUARD_STATE_DIR=str(tmp_path / "state"))
    verdicts = {one["path"].partition(".")[0]: one["verdict"] for one in found.values()}
    assert verdicts == {"dead": "inactive", "alive": "active", "both": "active", "written": "revoked", "nothing": ""}
    assert found[print_of("written")]["verdict_day"] == "2025-12-01"


def test_what_is_no_key_has_no_row(inside: Inside, repo: Repo) -> None:
    repo.write("a.ini", f"{line('a').strip()} # keyguard: allow made up\n")
    repo.write("b.ini", f"GITHUB_TOKEN=ghp_{'A1b2C3d4E5' * 3}zzzzzz\n")  # its checksum is wrong
    commit(repo, 10)
    assert rows(inside, repo.path) == {}


# --- formats ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def several(repo: Repo) -> Repo:
    """Keys of several kinds, one in a file whose name begins like a formula."""
    commit(repo.write("b.ini", line("old")).write("c.ini", line("test", TEST)), 300)
    commit(repo.write("b.ini", line("new")), 100)
    commit(repo.write("=HYPERLINK(1).ini", line("formula")).write("@a.ini", line("at")), 50)
    return repo


def test_no_format_shows_a_key_and_each_is_the_same_every_time(inside: Inside, several: Repo) -> None:
    for name in ("text", "json", "csv"):
        first, second = (
            inside("inventory", "-f", name, *words, cwd=several.path, SOURCE_DATE_EPOCH=str(NOW))
            for words in ((), ("--no-cache", "--jobs", "1"))
        )
        assert first == second
        assert first.code == 0
        for seed, template in (("old", LIVE), ("new", LIVE), ("test", TEST), ("formula", LIVE), ("at", LIVE)):
            assert key(template, seed) not in first.out
            assert key(template, seed)[-4:] in first.out


def test_rows_are_in_order(inside: Inside, several: Repo) -> None:
    found = rows(inside, several.path)
    places = [(one["environment"], one["where"], one["path"]) for one in found.values()]
    assert places == [
        ("live", "files", "=HYPERLINK(1).ini"),
        ("live", "files", "@a.ini"),
        ("live", "files", "b.ini"),
        ("live", "history", "b.ini"),
        ("test", "files", "c.ini"),
    ]


def test_the_text_has_a_line_for_each_key(inside: Inside, several: Repo) -> None:
    said = inside("inventory", cwd=several.path, SOURCE_DATE_EPOCH=str(NOW))
    lines = said.out.splitlines()
    assert lines[0].split() == ["id", "whose", "for", "key", "where", "places", "since", "days", "rotated", "place"]
    new = next(one for one in lines if one.endswith("b.ini:1") and " files " in one)
    assert new.split()[-4:-1] == [day(100), "100", day(100)]
    assert lines[-1].startswith("5 keys: 4 in files, 1 in history only; working tree: ")


def test_no_keys_are_said(inside: Inside, repo: Repo) -> None:
    said = inside("inventory", cwd=repo.path)
    assert said.code == 0
    assert said.out.startswith("no keys found; ")


def test_no_cell_acts_in_a_spreadsheet(inside: Inside, several: Repo) -> None:
    said = inside("inventory", "-f", "csv", cwd=several.path)
    table = list(csv.DictReader(io.StringIO(said.out)))
    assert len(table) == 5
    assert {one["path"] for one in table} == {"'=HYPERLINK(1).ini", "'@a.ini", "b.ini", "c.ini"}
    assert not [cell for one in table for cell in one.values() if cell.startswith(("=", "+", "-", "@"))]


def test_names_are_safe_in_every_format(inside: Inside, repo: Repo) -> None:
    name = os.fsdecode(b"\xff\x1b[2J.ini")
    commit(repo.write(os.fsencode(name), line("a")), 10)
    for format in ("text", "json", "csv"):
        assert "\x1b" not in inside("inventory", "-f", format, cwd=repo.path).out
    (row,) = rows(inside, repo.path).values()
    assert row["path_base64"]


def test_several_formats_go_to_several_places(inside: Inside, several: Repo, tmp_path: Path) -> None:
    said = inside("inventory", "-f", "text", "-f", f"csv={tmp_path / 'keys.csv'}", cwd=several.path)
    assert "5 keys" in said.out
    assert len((tmp_path / "keys.csv").read_text().splitlines()) == 6
    assert inside("inventory", "-f", "csv", "-f", "json", cwd=several.path).code == 2
    wrong = inside("inventory", "-f", "sarif", cwd=several.path)
    assert wrong.code == 2
    assert "unknown format 'sarif': choose from text, json, csv" in wrong.err


# --- how it ends -----------------------------------------------------------------------------------------------------


def test_keys_do_not_fail_it_and_gaps_do(inside: Inside, several: Repo, tmp_path: Path) -> None:
    several.git("clone", "--quiet", "--depth=1", f"file://{several.path}", str(tmp_path / "shallow"))
    found = inside("inventory", cwd=tmp_path / "shallow")
    assert found.code == 2
    assert "shallow" in found.out
    assert len(rows(inside, tmp_path / "shallow", code=2)) == 4
    assert len(rows(inside, tmp_path / "shallow", "--allow-incomplete")) == 4
    assert len(rows(inside, tmp_path / "shallow", "--no-history")) == 4


def test_the_configuration_has_a_say_unless_it_is_isolated(inside: Inside, several: Repo, tmp_path: Path) -> None:
    several.write(".keyguard.toml", 'exclude = ["c.ini"]\n')
    assert len(rows(inside, several.path, "--no-history")) == 3
    assert len(rows(inside, several.path, "--no-history", "--isolated")) == 4
    (tmp_path / "other.toml").write_text('exclude = ["*.ini"]\n')
    assert len(rows(inside, several.path, "--no-history", "--config", str(tmp_path / "other.toml"))) == 0


def test_files_and_plain_folders_have_keys_as_well(inside: Inside, tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "a.ini").write_text(line("a"))
    (tmp_path / "plain" / "b.ini").write_text(line("b"))
    assert len(rows(inside, tmp_path / "plain")) == 2
    assert len(rows(inside, tmp_path, "plain/a.ini")) == 1
    assert len(rows(inside, tmp_path, "plain/a.ini", "plain/b.ini")) == 2
