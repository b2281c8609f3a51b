"""Which texts can contain a setting whose name says that it is a secret."""

from __future__ import annotations

from functools import partial

import pytest

from keyguard.credential_files.gate import mentions_secret
from tests.helpers.processor_time import is_at_most


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("password: abc", True),
        ("dbPassword = 'abc'", True),
        ("define('DB_PASSWORD', 'abc');", True),
        ("ENV['SECRET_KEY'] || 'abc'", True),
        ("password: ${DB_PASSWORD:-abc}", True),
        ("password: \"{{ x | default('abc') }}\"", True),
        ("api_key: abc", True),
        ("'key' => 'base64:abc'", True),
        ("- name: DB_PASSWORD\n  value: abc", True),
        ("<add value='abc' key='ApiKey'/>", True),
        ('variable "db_password" {\n default = "abc"\n}', True),
        ("passwords:\n  - abc", True),
        ("key: abc", False),
        ("keys:\n  - abc", False),
        ("primaryKeyboard: abc", False),
        ("password:", False),
        ("password: ''", False),
        ("password: ${DB_PASSWORD}\n", False),
        ('password: "{{ db_password }}"', False),
        ("no password is here", False),
        ("", False),
    ],
)
def test_a_name_with_a_value_is_enough(text: str, expected: bool) -> None:
    assert mentions_secret(text.encode()) is expected


@pytest.mark.parametrize("unit", [b"pass", b"password: ''\n", b"key", b"api_key" + b" " * 20, b"token.a.b"])
def test_the_test_is_linear(unit: bytes) -> None:
    def look(count: int) -> None:
        assert not mentions_secret(unit * count)

    look(1)
    assert is_at_most(partial(look, 8000), partial(look, 4000), 3)
