"""The finders, called at the places that the prefilter finds, whichever prefilter that is."""

from __future__ import annotations

import pytest

from keyguard.engine import compiled
from keyguard.engine.matcher import Matcher
from keyguard.generic.expressions import REACH
from keyguard.model.scales import Confidence
from tests.generic.everyday import corpus
from tests.helpers.seeing import engine, key

SAMPLES = [*corpus.samples((*corpus.POSITIVE, *corpus.NEGATIVE), 14, 1)]
VALUE = "k3J" + "h9sLq2" * 2 + "MxZ8"


@pytest.fixture(scope="module")
def python() -> Matcher:
    return compiled.load(engine="python").matcher


def spans(matcher: Matcher, data: bytes, path: bytes) -> list[tuple[int, int]]:
    return [(match.start, match.end) for match in matcher.find(data, path).matches]


def test_both_prefilters_come_to_the_same(python: Matcher) -> None:
    other = []
    for one in SAMPLES:
        path = one.path.encode()
        if spans(python, one.text, path) != spans(engine().matcher, one.text, path):
            other.append(one.kind.name)
    assert other == []


def test_without_a_path_nothing_is_missed_that_its_content_tells(python: Matcher) -> None:
    text = f"first = 1\nDB_PASSWORD = '{VALUE}'\n".encode()
    assert spans(engine().matcher, text, b"") == spans(engine().matcher, text, b"a.py") != []


def test_what_is_remembered_of_a_line_holds_wherever_it_stands_again() -> None:
    matcher = engine().matcher
    for before in (b"", b"x\n" * (2 * REACH), b"y" * (3 * REACH) + b"\n"):
        text = before + f"DB_PASSWORD = '{VALUE}'\n".encode() + b"z\n" * REACH
        assert [text[start:end].decode() for start, end in spans(matcher, text, b"")] == [VALUE]
        assert [text[start:end].decode() for start, end in spans(matcher, text, b"")] == [VALUE]


def test_an_assignment_in_binary_data_is_none() -> None:
    text = f"DB_PASSWORD = '{VALUE}'\n".encode()
    assert spans(engine().matcher, text, b"a.bin")
    assert not spans(engine().matcher, b"\0" + text, b"a.bin")


def test_a_vendors_rule_wins_over_a_name() -> None:
    vendors = key("sk_live_{alnum:24}", "named")
    found = engine().matcher.find(f'password = "{vendors}"\n'.encode(), b"a.py").matches
    assert [match.judged for match in found] == [None]


@pytest.mark.parametrize(
    ("text", "path", "comment"),
    [
        (f"# DB_PASSWORD={VALUE}", b".env", True),
        (f"DB_PASSWORD={VALUE}", b".env", False),
        (f'"""Connect.\n\npassword = "{VALUE}"\n"""', b"a.py", True),
        (f"//host.example.org/:_authToken={VALUE}", b".npmrc", False),
    ],
)
def test_a_comment_is_one_in_its_kind_of_file(text: str, path: bytes, comment: bool) -> None:
    [match] = engine().matcher.find(text.encode(), path).matches
    assert match.judged is not None
    assert match.judged.comment is comment


@pytest.mark.parametrize(
    ("path", "confidence"),
    [
        (b"a.txt", Confidence.HIGH),
        (b"a.json", Confidence.HIGH),
        (b"a.go", Confidence.MEDIUM),
        (b"a.tf", Confidence.HIGH),
    ],
)
def test_a_document_quoted_in_a_program_is_less_sure_than_one_in_a_file(path: bytes, confidence: Confidence) -> None:
    state = f'{{"terraform_version": "1.7.0", "resources": [{{"type": "random_password", "result": "{VALUE}"}}]}}'
    [match] = engine().matcher.find(f"doc := `{state}`\n".encode(), path).matches
    assert match.judged is not None
    assert (match.judged.rule, match.judged.confidence) == ("terraform-state-secret", confidence)


def test_a_parser_of_what_a_program_quotes_yields_to_the_syntax_of_the_program() -> None:
    text = f'doc = \'"terraform_version": "1"\'\nDB_PASSWORD = "{VALUE}"\n'.encode()
    [match] = engine().matcher.find(text, b"a.py").matches
    assert match.judged is not None
    assert (match.judged.rule, match.judged.confidence) == ("generic-password", Confidence.HIGH)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (f"[wifi]\nssid=x\n\n[wifi-security]\nkey-mgmt=wpa-psk\npsk={VALUE[:10]}\n", "wifi-password"),
        (f'user = "me:{VALUE}"\n', "remote-login-password"),
        (f"http_password = {VALUE}\n", "remote-login-password"),
        ("s." + (VALUE + VALUE)[:24] + "\n", "cloud-credential"),
        (f'{{"bearer": {{"repo.example.org": "{VALUE}"}}}}\n', "package-registry-credential"),
    ],
    ids=["NetworkManager", "curl", "wget", "Vault", "Composer"],
)
def test_a_file_that_its_content_tells_needs_no_name(text: str, rule: str) -> None:
    [match] = engine().matcher.find(text.encode(), b"").matches
    assert match.judged is not None
    assert match.judged.rule == rule


@pytest.mark.parametrize(("path", "count"), [(b"lang/cs/settings.php", 0), (b"config/settings.php", 1)])
def test_the_texts_of_a_translation_are_no_secrets(path: bytes, count: int) -> None:
    data = b"<?php\nreturn [\n    'users_password' => 'Heslokarta',\n];\n"
    assert len(spans(engine().matcher, data, path)) == count


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (f"FROM node:22\nENV INTERNAL_API_KEY {VALUE}\n", b"Dockerfile"),
        (f'variable "hmac_secret" {{\n  type    = string\n  default = "{VALUE}"\n}}\n', b"rds.tf"),
    ],
)
def test_what_a_name_tells_is_found_in_a_blob_without_one(text: str, path: bytes) -> None:
    there = spans(engine().matcher, text.encode(), path)
    assert spans(engine().matcher, text.encode(), b"") == there != []
    assert spans(engine().matcher, text.encode(), b"notes.txt") == []
