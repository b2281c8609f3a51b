"""Containers in a scan: in files, in what is staged, in ranges, in history and on standard input."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.containers.packing import tarred, zipped
from tests.helpers.calling import Inside, Said, places
from tests.helpers.checkout import leaking_line, made_up_key
from tests.helpers.repos import Repo

pytest_plugins = ("tests.helpers.commandline",)

ENV = b"A=1\nB=2\n" + leaking_line(1).encode()
FILES = {"config/.env": ENV, "readme.txt": b"words\n" * 50}
PLACE = "!/config/.env"


def only(said: Said) -> dict[str, object]:
    """The one place of the one finding."""
    (finding,) = said.document["findings"]
    (place,) = finding["occurrences"]
    return {**place, "severity": finding["severity"]}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "t").mkdir()
    return tmp_path / "t"


@pytest.mark.parametrize(
    ("name", "data"),
    [("app.zip", zipped(FILES)), ("app.tar", tarred(FILES)), ("app.tgz", gzip.compress(tarred(FILES)))],
)
def test_a_key_in_an_archive_is_found_where_it_is(inside: Inside, tree: Path, name: str, data: bytes) -> None:
    (tree / name).write_bytes(data)
    said = inside.scan(cwd=tree)
    place = only(said)
    assert (said.code, place["path"], place["container"]) == (1, f"{name}{PLACE}", name)
    assert (place["line"], place["column"]) == (3, len("SENDMAILOS_API_KEY=") + 1)
    assert (said.document["coverage"]["read"], said.document["coverage"]["unopened"]) == (1, {})
    assert f" --> {name}{PLACE}:3:20" in inside("scan", "--no-cache", "--color=never", cwd=tree).out
    assert inside("scan", "-f", "concise", cwd=tree).out.startswith(f"{name}{PLACE}:3:20: ")


def test_its_fingerprint_is_that_of_the_key(inside: Inside, tree: Path) -> None:
    (tree / ".env").write_bytes(ENV)
    (tree / "b.zip").write_bytes(zipped({"a.zip": zipped(FILES)}))
    (finding,) = inside.scan(cwd=tree).document["findings"]
    assert [one["path"] for one in finding["occurrences"]] == [".env", f"b.zip!/a.zip{PLACE}"]


def test_no_containers_opens_none(inside: Inside, tree: Path) -> None:
    (tree / "a.zip").write_bytes(zipped(FILES))
    said = inside.scan("--no-containers", cwd=tree)
    assert (said.code, said.document["findings"]) == (0, [])
    assert [(one["path"], one["detail"]) for one in said.document["skipped"]] == [("a.zip", "archive (zip)")]


def test_standard_input(inside: Inside) -> None:
    assert only(inside.scan("--stdin", stdin=zipped(FILES)))["path"] == "<stdin>!/config/.env"
    assert only(inside.scan("--stdin", stdin=gzip.compress(ENV)))["path"] == "<stdin>!/content"


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """Two versions of an archive with a key, one without, and a compressed file that was removed."""
    repo = Repo(tmp_path_factory.mktemp("past") / "r")
    repo.write("lib/a.zip", zipped({**FILES, "v": b"1"})).write("d.sql.gz", gzip.compress(ENV)).add().commit("one")
    repo.write("lib/a.zip", zipped({**FILES, "v": b"2"})).remove("d.sql.gz").add().commit("two")
    return repo.write("lib/a.zip", zipped({"v": b"3"})).add().commit("three")


@pytest.mark.parametrize("packed", [False, True], ids=["loose", "packed"])
def test_history(inside: Inside, past: Repo, packed: bool) -> None:
    if packed:
        past.git("repack", "-adq")
    said = [inside.scan("--history-only", past.path, *more) for more in (("--no-cache",), (), ())]
    assert [one.document["findings"] for one in said[1:]] == [said[0].document["findings"]] * 2
    (finding,) = said[0].document["findings"]
    found = {(one["path"], one["line"], one["commit"], one["removed_in"]) for one in finding["occurrences"]}
    commits = {name: past.oid(at) for name, at in (("one", "HEAD~2"), ("two", "HEAD~1"), ("three", "HEAD"))}
    assert found == {
        ("d.sql.gz!/d.sql", 3, commits["one"], commits["two"]),
        (f"lib/a.zip{PLACE}", 3, commits["one"], commits["three"]),
    }
    assert {one["container"] for one in finding["occurrences"]} == {"d.sql.gz", "lib/a.zip"}
    assert inside.scan("--history-only", "--no-containers", cwd=past.path).document["findings"] == []


def test_a_range(inside: Inside, past: Repo) -> None:
    said = inside.scan("--range", "HEAD~2", cwd=past.path)
    assert places(said) == {"d.sql.gz!/d.sql", f"lib/a.zip{PLACE}"}
    assert places(inside.scan("--range", "HEAD~2..HEAD", cwd=past.path)) == set()


def test_what_is_staged_is_new_only_if_the_version_before_had_it_not(inside: Inside, repo: Repo) -> None:
    repo.write("a.zip", zipped(FILES)).add().commit()
    repo.write("a.zip", zipped({**FILES, "more": b"more"})).add()
    assert inside.scan("--staged", cwd=repo.path).document["findings"] == []
    repo.write("a.zip", zipped({**FILES, "x.env": leaking_line(2).encode()})).add()
    said = inside.scan("--staged", cwd=repo.path)
    assert only(said)["path"] == "a.zip!/x.env"
    assert inside("hook", "pre-commit", cwd=repo.path).code == 1


def test_a_key_in_the_name_of_a_member(inside: Inside, tree: Path) -> None:
    (tree / "a.zip").write_bytes(zipped({f"{made_up_key(5)}.txt": b"x", "b.txt": b"x"}))
    place = only(inside.scan(cwd=tree))
    assert str(place["path"]).startswith("a.zip!/sk_live_****")
    assert made_up_key(5) not in json.dumps(place)


def test_paths_in_archives_are_evidence(inside: Inside, tree: Path) -> None:
    secret = b'db_password = "Wq7-hV2x_Lr9zTm4"\n'
    (tree / "a.zip").write_bytes(zipped({"app/settings.py": secret}))
    assert only(inside.scan("--confidence=medium", cwd=tree))["severity"] != "info"
    (tree / "a.zip").write_bytes(zipped({"app/tests/settings.py": secret}))
    assert only(inside.scan("-v", cwd=tree))["severity"] == "info"
    token = b"//registry.npmjs.org/:_authToken=" + b"c0ffee12-" * 3 + b"3344\n"
    (tree / "a.zip").write_bytes(zipped({".npmrc": token}))
    assert only(inside.scan("-v", cwd=tree))["path"] == "a.zip!/.npmrc"


# --- what is not read -------------------------------------------------------------------------------------------------


def listed(said: Said) -> dict[str, str]:
    return {one["path"]: one["detail"] for one in said.document["skipped"]}


@pytest.mark.parametrize("option", ["", "--fail-on-unread"])
def test_what_cannot_be_read_fails_only_if_it_is_to(inside: Inside, tree: Path, option: str) -> None:
    (tree / "cut.zip").write_bytes(zipped(FILES)[:-30])
    (tree / "in.zip").write_bytes(zipped({"a.pdf": b"%PDF-1.7\n", "b.txt": b"b"}))
    (tree / "plain.txt").write_bytes(b"words\n")
    said = inside.scan(*filter(None, [option]), "--ignore", "sendmailos", cwd=tree)
    assert listed(said) == {
        "cut.zip": "archive (zip: damaged: it has no directory)",
        "in.zip!/a.pdf": "document (PDF)",
    }
    coverage = said.document["coverage"]
    assert (coverage["read"], coverage["skipped"], coverage["complete"]) == (2, 1, not option)
    assert said.code == (2 if option else 0)


def test_what_can_be_read_of_a_damaged_one_is(inside: Inside, tree: Path) -> None:
    (tree / "a.zip").write_bytes(zipped(FILES)[:-30])
    assert only(inside.scan(cwd=tree))["path"] == f"a.zip{PLACE}"
    (tree / "a.zip").write_bytes(b"PK\3\4" + bytes(20) + leaking_line(3).encode())
    assert only(inside.scan(cwd=tree))["path"] == "a.zip"


@pytest.fixture
def bomb(monkeypatch: pytest.MonkeyPatch) -> bytes:
    monkeypatch.setattr("keyguard.containers.budget._FREE", 1 << 20)
    return zipped({"a.env": ENV, "b": bytes(4 << 20)})


def test_what_unpacks_to_too_much_is_a_gap_until_it_is_accepted(inside: Inside, repo: Repo, bomb: bytes) -> None:
    repo.write("a.zip", bomb).add().commit()
    digest = hashlib.sha256(bomb).hexdigest()
    said = inside.scan("--no-cache", cwd=repo.path)
    gaps = [one for one in said.document["skipped"] if one["gap"]]
    assert said.code == 2
    assert [one["reason"] for one in gaps] == ["over-budget"] * 2
    assert {one["digest"] for one in gaps} == {f"sha256:{digest}"}
    assert places(said) == {"a.zip!/a.env"}
    done = inside("accept", f"sha256:{digest}", "--reason", "a test", cwd=repo.path)
    assert (done.code, "1 file that cannot be read whole accepted" in done.out) == (2, True)
    repo.add().commit()
    said = inside.scan("--no-cache", cwd=repo.path)
    assert (said.code, said.document["coverage"]["complete"]) == (1, True)
    assert "accepted: a test" in listed(said)["a.zip"]
    assert inside("accept", "list", cwd=repo.path).out.startswith(f"file not read whole {digest[:10]} a.zip")
    repo.write("a.zip", zipped({"b": bytes(5 << 20)})).add()
    assert inside.scan("--staged", cwd=repo.path).code == 2, "another file is another matter"


def test_a_digest_that_no_file_has_is_refused(inside: Inside, tree: Path) -> None:
    (tree / "a").write_bytes(b"a")
    said = inside("accept", "sha256:" + "0" * 64, "--reason", "x", cwd=tree)
    assert (said.code, "no file with the digest" in said.err) == (2, True)


# --- what else meets such places --------------------------------------------------------------------------------------


@pytest.mark.parametrize("pattern", ["a.zip!/config/", "a.zip!/config/.env", "*.env", "/a.zip!/**/.env"])
def test_a_part_of_an_archive_is_excluded(inside: Inside, tree: Path, pattern: str) -> None:
    (tree / "a.zip").write_bytes(zipped({**FILES, "other/b": leaking_line(2).encode()}))
    said = inside.scan("--exclude", pattern, cwd=tree)
    assert places(said) == {"a.zip!/other/b"}
    assert [(one["path"], one["reason"]) for one in said.document["skipped"]] == [("a.zip!/config/.env", "excluded")]
    (tree / ".keyguard.toml").write_text(f"exclude = [{pattern!r}]\n")
    assert places(inside.scan(cwd=tree)) == {"a.zip!/other/b"}


def test_a_part_of_an_archive_in_history_is_excluded(inside: Inside, past: Repo) -> None:
    found = places(inside.scan("--history-only", "--exclude", "lib/a.zip!/config/", cwd=past.path))
    assert found == {"d.sql.gz!/d.sql"}


def test_a_marker_in_an_archive_counts(inside: Inside, tree: Path) -> None:
    allowed = ENV.rstrip(b"\n") + b"  # keyguard: allow\n"
    (tree / "a.zip").write_bytes(zipped({"config/.env": allowed}))
    said = inside.scan(cwd=tree)
    assert said.code == 0
    assert [one["by"] for one in said.document["summary"]["suppressed"]] == ["inline"]


def test_sarif_and_github_point_at_the_archive(inside: Inside, tree: Path) -> None:
    (tree / "a.zip").write_bytes(zipped(FILES))
    (result,) = json.loads(inside("scan", "-f", "sarif", "--no-hygiene", cwd=tree).out)["runs"][0]["results"]
    (location,) = result["locations"]
    assert location == {"physicalLocation": {"artifactLocation": {"uri": "a.zip", "uriBaseId": "%SRCROOT%"}}}
    assert "at a.zip!/config/.env:3" in result["message"]["text"]
    (line,) = [one for one in inside("scan", "-f", "github", cwd=tree).out.splitlines() if one.startswith("::error")]
    assert ",file=a.zip,line=1::a.zip!/config/.env:3:20: sk_live_" in line


def test_the_inventory_names_the_place(inside: Inside, tree: Path) -> None:
    (tree / "a.zip").write_bytes(zipped(FILES))
    assert f"a.zip{PLACE}" in inside("inventory", "-f", "csv", cwd=tree).out


def test_fix_never_rewrites_an_archive(inside: Inside, repo: Repo) -> None:
    data = zipped({"config/.env": ENV, "app.py": f"key = {made_up_key(1)!r}\n".encode()})
    repo.write("a.zip", data).add().commit()
    said = inside("fix", "--unsafe", "--yes", cwd=repo.path)
    assert repo.file("a.zip").read_bytes() == data
    assert f"a.zip{PLACE}:3 left as it is: it is in an archive, which is never rewritten" in said.out
    assert "a.zip!/app.py:1 left as it is" in said.out


@pytest.mark.parametrize("gone", [False, True], ids=["in the tree", "in history"])
def test_a_key_in_an_archive_is_read_again_for_its_vendor(inside: Inside, repo: Repo, gone: bool) -> None:
    repo.write("a.zip", zipped({"b.tgz": gzip.compress(tarred(FILES))})).add().commit()
    if gone:
        repo.remove("a.zip").add().commit()
    said = inside("verify", "--all", "--dry-run", cwd=repo.path)
    assert "GET " in said.out, said.err


def test_hygiene_looks_at_no_member(inside: Inside, repo: Repo) -> None:
    repo.write("a.zip", zipped({"config/.env": ENV, "public/app.js": f"k = '{made_up_key(1)}'".encode()}))
    said = inside("scan", "-f", "json", repo.add().commit().path)
    hygiene = [one for one in said.document["findings"] if one["kind"] == "hygiene"]
    assert [one for one in hygiene if any("!/" in place["path"] for place in one["occurrences"])] == []


def test_a_large_archive_is_read_in_pieces(inside: Inside, tree: Path, filler_file: Callable[[int], bytes]) -> None:
    (tree / "a.tar").write_bytes(tarred({"pad": filler_file(3 << 20), **FILES}))
    assert only(inside.scan(cwd=tree))["path"] == f"a.tar{PLACE}"


@pytest.fixture
def filler_file() -> Callable[[int], bytes]:
    return lambda size: bytes(range(256)) * (size // 256)


# --- in a configuration ----------------------------------------------------------------------------------------------


def test_a_configuration_opens_none(inside: Inside, tree: Path) -> None:
    (tree / "a.zip").write_bytes(zipped(FILES))
    (tree / ".keyguard.toml").write_text("no-containers = true\n")
    said = inside.scan(cwd=tree)
    assert (said.code, said.document["findings"], listed(said)) == (0, [], {"a.zip": "archive (zip)"})
    assert only(inside.scan("--isolated", cwd=tree))["path"] == f"a.zip{PLACE}"


def test_a_configuration_fails_on_what_is_not_read(inside: Inside, tree: Path) -> None:
    (tree / "a.rar").write_bytes(b"Rar!\x1a\x07\x00" + bytes(99))
    assert inside.scan(cwd=tree).code == 0
    (tree / ".keyguard.toml").write_text("fail-on-unread = true\n")
    assert inside.scan(cwd=tree).code == 2


def test_a_change_cannot_keep_its_own_archive_closed(inside: Inside, repo: Repo) -> None:
    repo.write("read.txt", "words\n").add().commit("base")
    repo.git("update-ref", "refs/remotes/origin/main", "HEAD")
    repo.write("a.zip", zipped(FILES)).write(".keyguard.toml", "no-containers = true\n").add().commit("change")
    said = inside.scan("--range", "origin/main..HEAD", cwd=repo.path)
    (finding,) = said.document["findings"]
    assert (said.code, finding["allowed_by_change"]) == (1, ["no-containers in .keyguard.toml"])
    # what has landed counts: then each is listed as not read
    repo.git("update-ref", "refs/remotes/origin/main", "HEAD")
    repo.write("b.zip", zipped(FILES)).add().commit("another")
    said = inside.scan("--range", "origin/main..HEAD", cwd=repo.path)
    assert (said.code, said.document["findings"], [*listed(said).values()]) == (0, [], ["archive (zip)"])
    # and a change cannot take away that what is not read fails
    repo.write(".keyguard.toml", "no-containers = true\nfail-on-unread = true\n").add().commit("stricter")
    repo.git("update-ref", "refs/remotes/origin/main", "HEAD")
    repo.remove(".keyguard.toml").write("c.zip", zipped(FILES)).add().commit("without")
    assert inside.scan("--range", "origin/main..HEAD", cwd=repo.path).code == 2


def test_a_library_in_an_archive_is_other_peoples_code(inside: Inside, tree: Path) -> None:
    secret = b'db_password = "Wq7-hV2x_Lr9zTm4"\n'
    for name, severity in (("WEB-INF/lib/acme-core-2.0.8.jar", "info"), ("WEB-INF/app.jar", "high")):
        (tree / "a.war").write_bytes(zipped({name: zipped({"com/acme/settings.py": secret})}))
        found = only(inside.scan("-v", "--confidence=medium", cwd=tree))
        assert (found["path"], found["severity"]) == (f"a.war!/{name}!/com/acme/settings.py", severity)
