"""A private key is one text, whatever it is wrapped in."""

from __future__ import annotations

import json
import random
from collections.abc import Callable

import pytest

from keyguard.engine import compiled
from keyguard.rules import private_keys
from keyguard.rules.examples import fill
from tests.helpers.seeing import engine, see

KINDS = ("RSA PRIVATE KEY", "PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY", "PGP PRIVATE KEY BLOCK")


def lined(before: str, behind: str = "") -> Callable[[str], str]:
    return lambda pem: "\n".join(f"{before}{line}{behind}" for line in pem.rstrip("\n").split("\n")) + "\n"


def ended(end: str) -> Callable[[str], str]:
    return lambda pem: f'key = "{pem.rstrip()}"\n'.replace("\n", end, pem.rstrip().count("\n"))


WRAPPINGS: dict[str, Callable[[str], str]] = {
    "as it is": lambda pem: pem,
    "windows": lambda pem: pem.replace("\n", "\r\n"),
    "added in a diff": lambda pem: f"diff --git a/k b/k\n@@ -0,0 +1,9 @@\n{lined('+')(pem)}",
    "removed in a diff": lined("-"),
    "context of a diff": lined(" "),
    "merged in a diff": lined("++"),
    "comment with a hash": lined("# "),
    "comment with slashes": lined("// "),
    "comment with slashes alone": lined("//"),
    "comment with a star": lined(" * "),
    "comment with dashes": lined("-- "),
    "comment with a semicolon": lined("; "),
    "quoted in a mail": lined("> "),
    "indented": lined("        "),
    "strings side by side": lined('    "', '\\n"'),
    "strings with plus": lined('    "', '\\n" +'),
    "strings with a dot": lined("    '", "' . PHP_EOL ."),
    "statements": lined('    key.append("', '\\n");'),
    "basic": lined('    key = key & "', '" & vbCrLf'),
    "list": lined('  "', '",'),
    "heredoc that goes on": lined("", "\\n\\"),
    "escaped": ended("\\n"),
    "escaped with return": ended("\\r\\n"),
    "escaped twice": ended("\\\\n"),
    "escaped four times": ended("\\\\\\\\n"),
    "unicode": ended("\\u000a"),
    "hexadecimal": ended("\\x0A"),
    "entity": ended("&#10;"),
    "hexadecimal entity": ended("&#xA;"),
    "percent": ended("%0A"),
    "percent twice": ended("%250a"),
    "powershell": ended("`n"),
    "markup": ended("<br/>"),
    "markup and lines": ended("<br>\n"),
    "blanks": ended(" "),
    "nothing": ended(""),
    "json": lambda pem: json.dumps({"private_key": pem}),
    "json of php": lambda pem: json.dumps({"private_key": pem}).replace("/", "\\/"),
    "json in json": lambda pem: json.dumps({"body": json.dumps({"private_key": pem})}),
    "yaml": lambda pem: "key: |\n" + lined("  ")(pem),
    "properties": lambda pem: "key=" + pem.rstrip().replace("\n", "\\n\\\n    ") + "\n",
    "xml": lambda pem: f"<key>{pem}</key>",
    "text behind begin": lambda pem: pem.replace("KEY-----\n", "KEY----- of the old server\n", 1).replace(
        "BLOCK-----\n", "BLOCK----- of the old server\n", 1
    ),
    "signs in percent": lambda pem: pem.replace("\n", "%0A").replace("+", "%2B").replace("/", "%2F"),
}


@pytest.mark.parametrize("wrapping", WRAPPINGS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_key_is_the_same_in_any_wrapping(kind: str, wrapping: str) -> None:
    pem = fill(f"{{pem:{kind}}}", f"{kind} wrapped")
    text = WRAPPINGS[wrapping](pem)
    (plain,) = engine().matcher.find(pem.encode()).matches
    found = engine(random.Random(f"{kind}{wrapping}").choice(compiled.ENGINES[1:])).matcher.find(text.encode()).matches
    assert [one.secret for one in found] == [plain.secret], text
    assert found[0].start == text.encode().index(b"-----BEGIN")


@pytest.mark.parametrize("wrapping", WRAPPINGS)
def test_a_key_with_a_pass_phrase_is_told_in_any_wrapping(wrapping: str) -> None:
    for template in ("{pem-locked:RSA PRIVATE KEY}", "{pem:ENCRYPTED PRIVATE KEY}", "{pem-locked:OPENSSH PRIVATE KEY}"):
        pem = fill(template, "locked and wrapped")
        if "Proc-Type" in pem and wrapping in ("blanks", "nothing", "text behind begin"):
            continue  # headers need lines of their own
        (plain,) = see(pem)
        (found,) = see(WRAPPINGS[wrapping](pem))
        assert (found.attribution.rule, found.fingerprint) == ("private-key-encrypted", plain.fingerprint)


def test_a_plain_key_is_what_programs_write() -> None:
    for kind in KINDS[:-1]:
        pem = fill(f"{{pem:{kind}}}", "plain")
        key = private_keys.read(pem.encode().partition(b"-----END")[0] + b"-----END")
        assert key is not None
        assert key.text == pem.encode().partition(b"-----END")[0] + b"-----END"


def test_of_a_key_that_replaces_another_in_a_diff_the_new_one_is_reported() -> None:
    old, new = fill("{pem:RSA PRIVATE KEY}", "old"), fill("{pem:RSA PRIVATE KEY}", "new")
    begin, *before = old.rstrip().split("\n")
    after = new.rstrip().split("\n")[1:]
    lines = [f" {begin}", *(f"-{one}" for one in before[:-1]), *(f"+{one}" for one in after[:-1]), f" {after[-1]}"]
    (found,) = see("\n".join(lines))
    assert found.fingerprint == see(new)[0].fingerprint


@pytest.mark.parametrize("text", ["...\n", "[snip]\n", "…\n"])
def test_what_is_left_out_makes_it_no_key(text: str) -> None:
    pem = fill("{pem:RSA PRIVATE KEY}", "elided").split("\n")
    assert not see("\n".join([*pem[:4], text, *pem[5:]]))
