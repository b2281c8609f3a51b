"""Which texts can contain a setting whose name says that it is a secret."""

from __future__ import annotations

from time import process_time

import pytest

from keyguard.credential_files.gate import mentions_secret


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
    def seconds(count: int) -> float:
        before = process_time()
        assert not mentions_secret(unit * count)
        return process_time() - before

    seconds(1)
    assert min(seconds(8000) for _ in range(3)) <= 3 * min(seconds(4000) for _ in range(3)) + 0.02
