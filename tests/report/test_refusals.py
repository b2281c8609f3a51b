"""What a refused commit or push says: what, where, how to go on, and nothing that has not happened."""

from __future__ import annotations

import re

import pytest

from keyguard.model.finding import Finding, Run, Severity, Where
from keyguard.report import Style
from tests.report.samples import (
    LIVE,
    coverage,
    finding,
    historic,
    incomplete,
    occurrence,
    past,
    remembered,
    rendered,
    run,
)

COMMIT = Style(hook="commit")
REMEDY = "1. Create a new key.\n2. Take the key out of the file, and out of the repository's history."


def staged(*findings: Finding) -> Run:
    return run(*findings, coverage=coverage(scope="staged changes", listed=2, read=2, bytes=64))


def key(path: bytes = b"config/dev.env", nth: int = 0, **changes: object) -> Finding:
    """A key that is staged."""
    names = {"id": f"KG-00000{nth}", "fingerprint": f"{nth:032x}", "remedy": REMEDY}
    return finding(occurrences=(occurrence(path, 12, 20, where=Where.INDEX),), **{**names, **changes})


def test_a_refused_commit_is_said_in_five_lines() -> None:
    assert rendered("text", staged(key()), COMMIT) == (
        f"critical[sendmailos-key]: SendMailOS API key, live\n"
        f" --> config/dev.env:12:20  {LIVE}  KG-000000\n"
        "to go on: git restore --staged config/dev.env, or edit it and git add config/dev.env,"
        " or move the key to the environment: keyguard fix --unsafe\n"
        "false alarm: '# keyguard: allow[sendmailos-key] reason' on the line,"
        " or keyguard accept KG-000000 --reason TEXT; then git add what that changed\n"
        "keyguard refuses this commit: 1 finding: 1 critical; 2 staged files, 64 B, 214 rules\n"
    )


def test_a_refused_commit_fits_its_terminal() -> None:
    said = rendered("text", staged(key()), Style(hook="commit", width=80, color=True))
    plain = re.sub(r"\x1b\[[0-9;]*m", "", said)
    assert max(map(len, plain.splitlines())) <= 80
    assert plain.splitlines()[2:4] == [
        "to go on: git restore --staged config/dev.env, or edit it and git add",
        "    config/dev.env, or move the key to the environment: keyguard fix --unsafe",
    ]
    assert plain.replace("\n    ", " ") == rendered("text", staged(key()), COMMIT)
    long = staged(key(b"folder/" * 30 + b"a.env"))
    assert f" --> {'folder/' * 30}a.env:12:20\n" in rendered("text", long, Style(hook="commit", width=80))


def test_before_the_first_commit_there_is_nothing_to_restore_from() -> None:
    said = rendered("text", staged(key()), Style(hook="first commit"))
    assert "to go on: git rm --cached config/dev.env, or edit it" in said
    assert "restore" not in said


def test_several_keys_have_two_lines_each_and_the_advice_once() -> None:
    assert "\n\n" in rendered("text", staged(key(), key(b"b.py", 1)))  # outside of a hook it is the long form
    lines = rendered("text", staged(key(), key(b"b.py", 1, rule="stripe-key")), COMMIT).splitlines()
    assert len(lines) == 7
    assert lines[4].startswith("to go on: git restore --staged FILE, or edit it and git add FILE, ")
    assert "allow[RULE] reason'" in lines[5]
    assert "keyguard accept KG-000000 KG-000001 --reason TEXT" in lines[5]
    many = [key(b"%d" % nth, nth) for nth in range(30)]
    lines = rendered("text", staged(*many), COMMIT).splitlines()
    assert lines[40] == "and 10 more"
    assert len(lines) == 44


@pytest.mark.parametrize(
    ("path", "word"),
    [
        (b"a b.py", "'a b.py'"),
        ("日本/設定.env".encode(), "日本/設定.env"),
        (b"it's.py", "FILE"),
        (b"-a.py", "FILE"),
        (b"a\nb.py", "FILE"),
        (b"$(x).py", "'$(x).py'"),
        (b"********.env", "********.env"),
    ],
)
def test_a_command_names_the_file_as_a_shell_takes_it(path: bytes, word: str) -> None:
    assert f"git restore --staged {word}, or edit" in rendered("text", staged(key(path)), COMMIT)


def test_a_commit_is_not_called_refused_where_it_is_not() -> None:
    low = key(severity=Severity.LOW)
    passing = run(low, fail_on=Severity.HIGH)
    for one in (run(), passing, run(finding(), key()), incomplete(key())):
        assert "keyguard refuses" not in rendered("text", one, COMMIT)


def test_the_long_form_is_true_for_what_is_only_staged() -> None:
    said = rendered("text", staged(key()), Style(hook="commit", verbose=True))
    assert "= where: staged, not committed\n" in said
    assert "= fix:   Nothing was committed yet: " in said
    assert "2. Take the key out of the file.\n" in said
    for wrong in ("existing clones", "history", "refuses"):
        assert wrong not in said


@pytest.mark.parametrize(("hook", "said"), [("push", "Nothing was sent yet: "), ("receive", "The push is refused: ")])
def test_what_was_not_sent_is_not_said_to_be_in_clones(hook: str, said: str) -> None:
    for place in (past(at_head=True), past()):
        text = rendered("text", historic(remembered(place)), Style(hook=hook))
        assert f"= fix:   {said}" in text
        assert "clone" not in text
        assert "clone" in rendered("text", historic(remembered(place)))


@pytest.mark.parametrize(
    ("scope", "said"),
    [
        ("staged changes", "; 1 staged file, "),
        ("changes since the last commit", "; 1 changed file, "),
        ("files named by the hook", "; 1 named file, "),
        ("working tree", "; working tree: 1 file, "),
    ],
)
def test_scopes_are_in_plain_words(scope: str, said: str) -> None:
    assert said in rendered("text", run(coverage=coverage(scope=scope, listed=1, read=1)))


def test_a_push_that_is_refused_says_what_to_do_about_a_false_alarm() -> None:
    one = historic(remembered(past()))
    said = rendered("text", one, Style(hook="push"))
    assert "\nfalse alarm: '# keyguard: allow[sendmailos-key] reason' on the line, or keyguard accept KG-7f3a9c" in said
    for hook in ("", "receive", "commit"):
        assert "false alarm" not in rendered("text", one, Style(hook=hook))
    assert "false alarm" not in rendered("text", historic(), Style(hook="push"))
