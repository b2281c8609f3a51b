"""A key of which every place looks like a sample is one step less severe, says why, and stays in the report."""

from __future__ import annotations

import json
import random
import re
import sys
from pathlib import Path

import msgspec
import pytest

from keyguard.model.finding import Blob, Finding, Severity, Sighting, Where
from keyguard.model.verdict import State, Verdict
from keyguard.triage import samples
from keyguard.triage.dead_keys import lower_by_verdict
from keyguard.triage.findings import decide
from keyguard.triage.policy import Policy
from tests.helpers.calling import Inside
from tests.helpers.checkout import leaking_line
from tests.helpers.seeing import engine, inspector, key
from tests.report.samples import finding, occurrence, past

pytest_plugins = ("tests.helpers.commandline",)

RULES = engine().ruleset

#: K is the key
SAMPLES = [
    "x = 'K'  # dummy", "x = 'K'; // fake key", "# example key\nx = 'K'", "// This is a sample.\nconst x = 'K';",
    "x = 'K' # test vector", "x = 'K' # not a real key", "x = 'K' # isn't real", "MOCK_KEY=K", "dummyStripeKey: 'K'",
    "const client = new FakeStripe('K')", "const fakeConfig = {\n  url: 'x',\n  key: 'K',\n}", "dummy:\n  key: K",
    "use(\n  'K'\n)  # placeholder", "/* Example:\n * the key\n */\nk = 'K'", '{"note": "dummy", "key": "K"}',
    "with mock.patch.dict(os.environ, {'KEY': 'K'}):", 'example = """\nkey: K\n"""', "k = 'K' # FAKE",
    "k='K' # a dummy-key",
    "<!-- sample --><a key='K'/>", "config:\n  # mock\n  a: |\n    K",
    "examples:\n- 'one'\n- 'K'", "keys:\n  example:\n  - K",
    "  examples:\n  - 'curl a'\n  - 'curl -u K: b'", "  examples:\n  - |\n      one\n      export A=K",
    "examples:\n- |\n  K",
]  # fmt: skip
KEYS = [
    "x = 'K'", "x = 'K' # not a sample", "# this is no dummy\nx = 'K'", "k = 'K' # isn't a dummy",
    "k = 'K' # non-dummy",
    "fetch('https://api.example.com/v1', {key: 'K'})", "curl https://example.com -u K:",
    "mail = 'a@example.com', key = 'K'",
    "host: example.com\nkey: K", "https://user:K@example.com/x", "export STRIPE=K HOST=example.com",
    "open('/example/x', 'K')",
    "// see the example in docs/examples/a\nk = 'K'", "# for example, payments use this\nk = 'K'",
    "Sentry.init({tracesSampleRate: 0.1, key: 'K'})", "# replaced the placeholder with this\nk = 'K'",
    "# the real key, not the fake one\nk = 'K'", "dummy = 1; k = 'K'", "fake = 1\nk = 'K'", "# a fake\nx = 1\nk = 'K'",
    "function mockAll() {\n  const k = 'K';\n}", "class SampleController {\n  key = 'K';\n}", "k = 'K'; fake()",
    "not_fake_key = 'K'", "NON_SAMPLE_KEY=K", "example_com_key = 'K'", "k = 'K' # resampled fakery mockingbird",
    "b = 'example-bucket', k = 'K'", "if k == 'K' and x != 'dummy':", "use(\n  'K'\n)\nfoo()  # dummy",
    "examples:\n- 'one'\nkeys:\n- 'K'", "examples:\n  a: b\nkey: K",
]  # fmt: skip


def seen(text: str, path: str = "src/app", secret: str = "") -> list[Sighting]:
    data = re.sub(r"\bK\b", secret or key(), text).encode()
    return inspector().inspect(Blob(path=path.encode(), where=Where.TREE), data).sightings


def decided(*sightings: Sighting) -> Finding:
    (found,) = decide(sightings, RULES, Policy()).findings
    return found


@pytest.mark.parametrize("text", SAMPLES)
def test_what_is_called_a_sample_is_one_step_less_severe_and_says_so(text: str) -> None:
    found = decided(*seen(text))
    assert (found.severity, len(found.lowered)) == (Severity.HIGH, 1)
    assert found.lowered[0].endswith(" beside the key")


@pytest.mark.parametrize("text", KEYS)
def test_words_in_hosts_and_paths_negated_ones_and_those_about_something_else_lower_nothing(text: str) -> None:
    found = decided(*seen(text))
    assert (found.severity, found.lowered) == (Severity.CRITICAL, ())


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("testdata/a.pem", "testdata/ in the path"),
        ("lib/test/fixtures/a.py", "test/ in the path"),
        ("src/__tests__/a.js", "__tests__/ in the path"),
        ("Examples/a.py", "Examples/ in the path"),
        ("spec/a.rb", "spec/ in the path"),
        ("vendor/crypto/testvectors/a.txt", "testvectors/ in the path"),
        ("docs/a.md", "docs/ in the path"),
        ("pkg/a_test.go", "a_test.go is a test"),
        ("a.spec.ts", "a.spec.ts is a test"),
        ("latest/contest.py", ""),
        ("inspect/docstrings.py", ""),
        ("tests/.env", ""),
        ("docs/.env.production", ""),
    ],
)
def test_by_the_path(path: str, reason: str) -> None:
    found = decided(*seen("x = 'K'", path))
    assert found.lowered == ((reason,) if reason else ())
    assert found.severity is (Severity.HIGH if reason else Severity.CRITICAL)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("t/admin/api.pl", "t/ in the path"),
        ("lib/mojo.t", "mojo.t is a test or an example"),
        ("web/node_modules/a/index.js", "node_modules/ in the path: other people's code"),
        ("lib/python3.12/site-packages/a/b.py", "site-packages/ in the path: other people's code"),
        ("conf/config.yaml.example", "config.yaml.example is an example or a template"),
        ("INSTALL.md", "INSTALL.md is a document"),
        ("src/t.py", ""),
        ("tt/app.py", ""),
        ("third/party.py", ""),
    ],
)
def test_a_secret_without_a_format_is_informational_by_its_path(path: str, reason: str) -> None:
    word = "".join(random.Random(7).choices("bcdfghjkmnpqrstvwxz", k=9))
    found = decided(*seen(f'db_password = "{word.title()}-4471"', path))
    assert found.lowered == ((reason,) if reason else ())
    assert (found.severity is Severity.INFO) == bool(reason)


def test_one_place_that_is_no_sample_keeps_the_severity() -> None:
    at = seen("x = 'K'", "testdata/a"), seen("x = 'K' # fake", "a"), seen("x = 'K'", "b")
    assert decided(*at[0], *at[1]).lowered == ('"fake" beside the key', "testdata/ in the path")
    assert decided(*at[0], *at[1], *at[2]).severity is Severity.CRITICAL
    counted = msgspec.structs.replace(at[0][0], more=1)
    assert decided(counted).severity is Severity.CRITICAL
    # one that a marker allows is a place, too
    assert decided(*at[0], *seen("x = 'K' # keyguard: allow", "b")).severity is Severity.CRITICAL


def test_nothing_is_hidden() -> None:
    (place,) = seen("x = 'K'", "testdata/a")
    steps = {severity: samples.lower(severity, [place])[0] for severity in Severity}
    assert steps == {
        Severity.CRITICAL: Severity.HIGH,
        Severity.HIGH: Severity.MEDIUM,
        Severity.MEDIUM: Severity.LOW,
        Severity.LOW: Severity.LOW,
        Severity.INFO: Severity.INFO,
    }
    assert samples.lower(Severity.LOW, [place])[1] == ()


def test_in_history_only_the_paths_of_files_count() -> None:
    path = b"testdata/a"
    assert samples.path_reason(past(path=path, kind="blob"))
    assert not samples.path_reason(past(path=path, kind="file"))
    assert not samples.path_reason(occurrence(path=path, where=Where.STDIN))


def test_a_key_that_its_vendor_accepts_is_no_sample() -> None:
    one = finding(rule="stripe-key", severity=Severity.HIGH, environment="live")
    one = msgspec.structs.replace(
        one, environment=decided(*seen("x = 'K'")).environment, lowered=("docs/ in the path",)
    )
    active = msgspec.structs.replace(one, verdict=Verdict(state=State.ACTIVE, reason="200"))
    found = lower_by_verdict(active, RULES.by_id(), "2026-03-01")
    assert (found.severity, found.lowered) == (Severity.CRITICAL, ())
    assert lower_by_verdict(one, RULES.by_id(), "2026-03-01") == one


def test_reports_say_why(inside: Inside, tmp_path: Path) -> None:
    (tmp_path / "testdata").mkdir()
    (tmp_path / "testdata" / "a").write_text(leaking_line(5))
    code, out, _ = inside("scan", "--no-hygiene", str(tmp_path))
    assert code == 1
    assert "note:  probably a sample: testdata/ in the path; if it is: keyguard accept KG-" in out
    code, out, _ = inside("scan", "--no-hygiene", "-f", "json", str(tmp_path))
    (one,) = json.loads(out)["findings"]
    assert (one["severity"], one["lowered"]) == ("high", ["testdata/ in the path"])


@pytest.mark.parametrize(
    "text", ["x" * 40 + " fake-" * 60 + "{[" * 300 + "'K'\n", "    " * 9 + "# not a dummy\n  {x: 'K'\n"]
)
def test_the_effort_grows_with_the_number_of_keys(text: str) -> None:
    from keyguard.triage import sample_words

    def steps(count: int) -> int:
        made = [re.sub(r"\bK\b", key(seed=str(number)), text) for number in range(count)]
        data, calls = "".join(made).encode(), 0

        def count_calls(frame: object, event: str, what: object) -> None:
            nonlocal calls
            calls += getattr(getattr(frame, "f_code", None), "co_filename", "") == sample_words.__file__

        sys.setprofile(count_calls)
        try:
            inspector().inspect(Blob(path=b"a", where=Where.TREE), data)
        finally:
            sys.setprofile(None)
        return calls

    assert 0 < steps(160) < 5 * steps(40)


def test_the_level_that_a_configuration_gives_a_rule_is_lowered_too(inside: Inside, tmp_path: Path) -> None:
    (tmp_path / "testdata").mkdir()
    (tmp_path / "testdata" / "a").write_text(leaking_line(5))
    (tmp_path / ".keyguard.toml").write_text('[severity]\nsendmailos-key = "medium"\n')
    (one,) = inside("scan", "--no-hygiene", "-f", "json", str(tmp_path)).document["findings"]
    assert (one["severity"], one["lowered"]) == ("low", ["testdata/ in the path"])
