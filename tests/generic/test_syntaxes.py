"""What holds for all syntaxes: any bytes are read, spans lie in the text, and reasons hold no part of a value."""

from __future__ import annotations

import random
from importlib import import_module

import pytest

from keyguard.generic.expressions import SYNTAXES
from tests.generic import (
    test_authorization,
    test_call_passwords,
    test_command_line,
    test_command_options,
    test_connection_strings,
    test_piped_passwords,
    test_sql_passwords,
)
from tests.helpers.generic_secrets import expressions, made_up, secrets_in

#: module -> texts with a place for a secret
TEXTS = {
    "authorization": [place.replace("{}", "Bearer {}") for place in test_authorization.PLACES],
    "call_passwords": [*test_call_passwords.CALLS],
    "command_line": [*test_command_line.COMMANDS],
    "command_options": [*test_command_options.PASSWORDS, *test_command_options.TOKENS],
    "connection_strings": [*test_connection_strings.STRINGS],
    "jwt": ["{}"],
    "piped_passwords": [*test_piped_passwords.PIPES],
    "sql_passwords": [*test_sql_passwords.STATEMENTS],
    "url_password": ["ftp://deploy:{}@files.acme.dev/a", "https://{}@git.acme.dev/shop.git"],
}
BYTES = [
    b"\0",
    b"\xff",
    b"\r\n",
    b"\n",
    b'"',
    b"'",
    b"\\",
    b"\xc3",
    b"\xe2\x82\xac",
    b" ",
    b"=",
    b":",
    b"@",
    b"`",
    b"{",
    b"%",
]

every_module = pytest.mark.parametrize("module", sorted(TEXTS))


def mangled(text: bytes, source: random.Random) -> bytes:
    """The text with some bytes replaced, doubled, inserted or cut off."""
    for _ in range(source.randrange(1, 5)):
        at = source.randrange(len(text) + 1)
        text = source.choice((text[:at], text[at:], text[:at] + source.choice(BYTES) + text[at:], text + text[at:]))
    return text


def test_every_syntax_has_a_finder_and_texts() -> None:
    names = {one.module.rpartition(".")[2] for one in SYNTAXES if ".assignments." not in one.module}
    assert names == TEXTS.keys()
    assert all(callable(import_module(one.module).find) for one in SYNTAXES)


@every_module
def test_no_text_is_too_broken_to_be_read(module: str) -> None:
    source = random.Random(module)
    for text in TEXTS[module]:
        whole = text.replace("{}", made_up(24)).encode()
        for _ in range(20):
            data = mangled(whole, source)
            for secret in secrets_in(module, data):
                assert 0 <= secret.start < secret.end <= len(data)
                value = data[secret.start : secret.end].decode("utf-8", "replace")
                assert not any(value in reason for reason in secret.reasons)


@every_module
def test_line_ends_of_windows_and_a_byte_order_mark_change_nothing(module: str) -> None:
    for text in TEXTS[module]:
        plain = f"x = 1\n{text.replace('{}', made_up(24))}\ny = 2\n"
        values = [plain.encode()[one.start : one.end] for one in secrets_in(module, plain)]
        marked = b"\xef\xbb\xbf" + plain.replace("\n", "\r\n").encode()
        assert [marked[one.start : one.end] for one in secrets_in(module, marked)] == values


@pytest.mark.parametrize("module", sorted({one.module for one in SYNTAXES}))
def test_an_expression_ends_in_something_definite(module: str) -> None:
    """Hyperscan reports every end: an expression that ends in a repeat without a limit would have one for each byte."""
    for pattern in expressions(module):
        assert not pattern.pattern.rstrip(b")").endswith((b"*", b"+", b",}")), pattern.pattern
