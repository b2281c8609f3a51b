"""``keyguard migrate``: what scanners were told to accept covers the same keys here; what does not map is listed."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from keyguard.migration.claims import compiled, glob_of
from tests.helpers.calling import Inside, Said
from tests.helpers.checkout import leaking_line, made_up_key
from tests.helpers.repos import Repo

pytest_plugins = ("tests.helpers.commandline",)

ONE, TWO, THREE = (made_up_key(seed) for seed in (1, 2, 3))
COMMIT = "COMMIT"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """Three keys: one in a sample, one on line 3 of a file, one in history only."""
    repo = Repo(tmp_path_factory.mktemp("migrate") / "repo").write("old.ini", leaking_line(3)).add().commit("first")
    repo.write("old.ini", "").write("testdata/sample.env", leaking_line(1)).write("app.ini", "\n\n" + leaking_line(2))
    return repo.add().commit("second")


@pytest.fixture
def repo(built: Repo, tmp_path: Path) -> Repo:
    return built.copy(tmp_path / "repo")


def sha(text: str, kind: str = "sha256") -> str:
    return hashlib.new(kind, text.encode()).hexdigest()


def left(inside: Inside, repo: Repo) -> set[str]:
    """The last letters of the keys that are still reported."""
    said = inside("scan", "-f", "json", "--no-hygiene", cwd=repo.path)
    return {one["masked"][-4:] for one in said.document["findings"]}


def migrate(inside: Inside, repo: Repo, *words: str) -> Said:
    said = inside("migrate", *words, cwd=repo.path)
    assert not any(one in said.out + said.err for one in (ONE, TWO, THREE))
    return said


def test_fingerprints_of_gitleaks_cover_places(inside: Inside, repo: Repo) -> None:
    first = repo.oid("HEAD~1")
    lines = [
        "# old",
        "app.ini:generic-api-key:3",
        f"{first}:old.ini:generic-api-key:1",
        "app.ini:generic-api-key:9",
        "nonsense",
    ]
    repo.write(".gitleaksignore", "\n".join(lines))
    said = migrate(inside, repo)
    assert said.code == 1
    assert "covers no key here: .gitleaksignore:4" in said.out
    assert "not taken over: .gitleaksignore:5: not a fingerprint" in said.out
    assert left(inside, repo) == {ONE[-4:]}


ALLOWLISTS = {
    "paths": ("[allowlist]\npaths = ['''testdata/''']\n", {ONE}),
    "several, new spelling": (
        "[[allowlists]]\npaths = ['''\\.env$''']\n[[allowlists]]\npaths = ['''^app''']\n",
        {ONE, TWO},
    ),
    "of a rule": ("[[rules]]\nid = 'x'\n[[rules.allowlists]]\npaths = ['''^app''']\n", {TWO}),
    "commits": (f"[allowlist]\ncommits = ['{COMMIT}']\n", {THREE}),
    "regexes of the secret": (f"[allowlist]\nregexes = ['''{TWO[8:]}''']\n", {TWO}),
    "regexes of the line": ("[[allowlists]]\nregexTarget = 'line'\nregexes = ['''^SENDMAILOS''']\n", {ONE, TWO, THREE}),
    "stopwords": (f"[allowlist]\nstopwords = ['{TWO[10:20]}']\n", {TWO}),
    "both of two": ("[[allowlists]]\ncondition = 'AND'\npaths = ['''env$''']\nstopwords = ['sk_']\n", {ONE}),
    "both, and one is missing": ("[[allowlists]]\ncondition = 'AND'\npaths = ['''env$''']\nstopwords = ['?']\n", set()),
}


@pytest.mark.parametrize("kind", ALLOWLISTS)
def test_allowlists_of_gitleaks_cover_what_they_cover_there(inside: Inside, repo: Repo, kind: str) -> None:
    text, covered = ALLOWLISTS[kind]
    repo.write(".gitleaks.toml", text.replace(COMMIT, repo.oid("HEAD~1")))
    migrate(inside, repo)
    assert left(inside, repo) == {one[-4:] for one in (ONE, TWO, THREE) if one not in covered}


def test_patterns_of_paths_are_shown_as_excludes_and_rules_are_listed(inside: Inside, repo: Repo) -> None:
    repo.write(".gitleaks.toml", "[[rules]]\nid = 'x'\n[allowlist]\npaths = ['''testdata/''', '''a(b''']\n")
    said = migrate(inside, repo)
    assert "not taken over: .gitleaks.toml: allowlist 1: not a pattern" in said.out
    assert "rules are not taken over" in said.out
    repo.write(".gitleaks.toml", "[allowlist]\npaths = ['''testdata/''']\n")
    assert '  exclude = ["testdata/"]' in migrate(inside, repo).out


def report(path: str, secret: str, line: int, commit: str = "") -> dict[str, object]:
    return {"RuleID": "generic-api-key", "File": path, "Secret": secret, "StartLine": line, "Commit": commit}


def test_a_report_of_gitleaks_covers_its_values_wherever_they_are_now(inside: Inside, repo: Repo) -> None:
    listed = [report("moved.ini", TWO, 77), report("testdata/sample.env", "REDACTED", 1), {"x": 1}]
    repo.write("baseline.json", json.dumps(listed))
    said = migrate(inside, repo, "--from", "gitleaks", "baseline.json")
    assert "baseline.json: entry 3: not a finding of gitleaks" in said.out
    repo.remove("baseline.json")
    assert left(inside, repo) == {THREE[-4:]}


def test_digests_of_betterleaks(inside: Inside, repo: Repo) -> None:
    repo.write(".betterleaksignore", f"{sha(ONE)}  # sample\n{sha('other')}\nx\n")
    said = migrate(inside, repo)
    assert "covers no key here: .betterleaksignore:2" in said.out
    assert left(inside, repo) == {TWO[-4:], THREE[-4:]}


def test_a_baseline_of_detect_secrets_and_its_audit(inside: Inside, repo: Repo) -> None:
    results = {
        "elsewhere.env": [{"type": "Secret Keyword", "hashed_secret": sha(ONE, "sha1"), "line_number": 5}],
        "app.ini": [{"type": "x", "hashed_secret": sha("part", "sha1"), "line_number": 3, "is_secret": False}],
        "old.ini": [{"type": "x", "hashed_secret": sha(THREE, "sha1"), "line_number": 1, "is_secret": True}],
    }
    repo.write(".secrets.baseline", json.dumps({"version": "1.4.0", "results": results}))
    said = migrate(inside, repo)
    assert "audited as a real secret: it has to be rotated" in said.out
    assert left(inside, repo) == {THREE[-4:]}


def test_excluded_paths_of_trufflehog(inside: Inside, repo: Repo) -> None:
    repo.write("paths.txt", "testdata/.*\n(\n")
    said = migrate(inside, repo, "--from", "trufflehog", "paths.txt")
    assert "not taken over: paths.txt:2" in said.out
    assert left(inside, repo) == {TWO[-4:], THREE[-4:]}


def test_a_baseline_of_kingfisher(inside: Inside, repo: Repo) -> None:
    listed = [{"path": "app.ini", "fingerprint": "123", "rule_id": "kingfisher.x", "line": 3}, {"line": 3}]
    repo.write("kingfisher.yml", json.dumps({"version": 2, "repositories": [{"id": "x", "findings": listed}]}))
    said = migrate(inside, repo, "--from", "kingfisher", "kingfisher.yml")
    assert "entry 2 has no path" in said.out
    old = {"ExactFindings": {"matches": [{"filepath": "old.ini", "linenum": "1", "fingerprint": "9"}]}}
    repo.write("kingfisher.yml", json.dumps(old))
    assert migrate(inside, repo, "--from", "kingfisher", "kingfisher.yml").code == 0
    repo.remove("kingfisher.yml")
    assert left(inside, repo) == {ONE[-4:]}


def test_the_configuration_of_ggshield(inside: Inside, repo: Repo) -> None:
    secret = {
        "ignored_matches": [{"name": "mine", "match": sha(TWO + ",apikey")}, {"name": "x"}],
        "ignored_paths": ["**/testdata/**"],
        "ignored_detectors": ["Generic"],
    }
    repo.write(".gitguardian.yaml", json.dumps({"version": 2, "secret": secret}))
    said = migrate(inside, repo)
    assert "ignored detectors are not taken over" in said.out
    assert '  exclude = ["**/testdata/**"]' in said.out
    assert left(inside, repo) == {THREE[-4:]}


def test_alerts_of_github(inside: Inside, repo: Repo) -> None:
    alerts = [
        {"number": 1, "state": "resolved", "resolution": "used_in_tests", "secret": ONE},
        {"number": 2, "state": "open", "resolution": None, "secret": TWO},
        {"number": 3, "state": "resolved", "resolution": "revoked", "secret": THREE},
        {"number": 4, "state": "resolved", "resolution": "wont_fix"},
    ]
    repo.write("alerts.json", json.dumps(alerts))
    said = migrate(inside, repo, "--from", "github", "alerts.json")
    assert "alert 2: open" in said.out
    assert "alert 3: revoked: record it" in said.out
    assert "alert 4: there is no secret in it" in said.out
    repo.remove("alerts.json")
    assert left(inside, repo) == {TWO[-4:], THREE[-4:]}


def test_a_dry_run_writes_nothing_and_twice_is_as_good_as_once(inside: Inside, repo: Repo) -> None:
    repo.write(".gitleaksignore", "app.ini:x:3\n")
    assert "1 key would be accepted" in migrate(inside, repo, "--dry-run").out
    assert not repo.file(".keyguard").exists()
    assert migrate(inside, repo).code == 0
    before = repo.file(".keyguard/accepted.toml").read_bytes()
    migrate(inside, repo)
    assert repo.file(".keyguard/accepted.toml").read_bytes() == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "no file of another scanner"),
        (("app.ini",), "say whose file it is, with --from gitleaks|"),
        (("--from", "gitleaks", "missing.toml"), "missing.toml: no such file"),
        (("--from", "detect-secrets", "app.ini"), "not a baseline of detect-secrets"),
        (("--from", "github", "app.ini"), "not JSON"),
        (("--from", "gitleaks", "broken.toml"), "broken.toml:1"),
        (("--from", "ggshield", "list.yml"), "list.yml: not a mapping"),
    ],
)
def test_what_cannot_be_read_is_said(inside: Inside, repo: Repo, words: tuple[str, ...], said: str) -> None:
    repo.write("broken.toml", "= 3\n").write("list.yml", "- 1\n")
    answer = migrate(inside, repo, *words)
    assert answer.code == 2
    assert said in answer.err


@pytest.mark.parametrize(
    ("pattern", "glob"),
    [
        ("testdata/", "testdata/"),
        (r"(^|/)vendor/.*", "vendor/"),
        (r"^docs/sample\.md$", "/docs/sample.md"),
        (r".*\.lock$", "*.lock"),
        (r"(.*?)\.pem$", "*.pem"),
        (r"config/test\.yml", "**/config/test.yml"),
        ("vendor", ""),
        ("(jpg|gif)$", ""),
        ("a+b", ""),
    ],
)
def test_a_pattern_of_a_path_becomes_a_glob_that_leaves_out_no_more(pattern: str, glob: str) -> None:
    assert glob_of(pattern) == glob


def test_a_pattern_that_could_take_endlessly_long_is_not_taken_over() -> None:
    with pytest.raises(ValueError, match="endlessly long"):
        compiled("(a+)+(a+)+(a+)+$")
