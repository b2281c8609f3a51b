"""Passwords that clients of databases keep."""

from __future__ import annotations

import pytest

from tests.helpers.credential_files import Found, by_path, by_sign, made_up

RULE = "database-client-password"
KEY, OTHER = made_up(5), made_up(6)


@pytest.mark.parametrize(
    ("path", "text", "found", "by_content"),
    [
        (".pgpass", f"db.acme.dev:1:shop:me:{KEY}\na:2:b:you:{OTHER}\n", [(RULE, KEY), (RULE, OTHER)], False),
        (".pgpass", f"db.acme.dev:5432:*:me:{KEY}\r\n", [(RULE, KEY)], True),
        ("pgpass.conf", f"# db.acme.dev:5432:*:me:{KEY}\n", [(RULE + "#", KEY)], True),
        (".pgpass", f"a:1:b:c:{KEY}\\:x\\\\y\n", [(RULE, f"{KEY}\\:x\\\\y")], False),
        ("setup.sh", f'echo "db.acme.dev:5432:shop:me:{KEY}" > ~/.pgpass\n', [(RULE, KEY)], True),
        ("pg_service.conf", f"[shop]\nhost=db\nuser=me\npassword={KEY}\n", [(RULE, KEY)], False),
        (".my.cnf", f"[client]\nuser = me\npassword = {KEY}\n", [(RULE, KEY)], True),
        (".my.cnf", f'[client]\nuser=me\npassword="{KEY}#x"  # why\n', [(RULE, f"{KEY}#x")], True),
        ("my.cnf", f"[mysqld]\nport=1\n[mysqldump]\npassword={KEY}\n", [(RULE, KEY)], True),
        ("roles/files/root.my.cnf", f"[client_prod]\npassword={KEY}\n", [(RULE, KEY)], False),
        ("boot.sh", f"cat > ~/.my.cnf <<EOF\n[client]\nuser=me\npassword={KEY}\nEOF\n", [(RULE, KEY)], True),
        ("my.cnf", f"[client]\nport=1\n#password = {KEY}\n", [(RULE + "#", KEY)], True),
    ],
)
def test_the_password_of_a_client(path: str, text: str, found: Found, by_content: bool) -> None:
    assert by_path(path, text) == found or path.endswith(".sh")
    assert by_sign(text) == (found if by_content else [])


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".pgpass", "#hostname:port:database:username:password\ndb:5432:shop:me:$PASSWORD\n"),
        (".pgpass", "db:5432:shop:me:\n"),
        ("compose.yml", "ports:\n - 5432:5432\n - 127.0.0.1:5432:5432\n"),
        ("my.cnf", "[client]\nport = 3306\n# password = your_password\n[mysqld]\npassword_history=6\n"),
        (".my.cnf", "[client]\npassword = {{ mysql_root_password }}\nuser=root\n"),
    ],
)
def test_references_and_placeholders_are_none(path: str, text: str) -> None:
    assert by_path(path, text) == []
    assert by_sign(text) == []


def test_login_paths_are_encrypted_with_the_key_beside_them() -> None:
    lines = bytes(range(1, 33))
    text = bytes(4) + bytes(range(20)) + (32).to_bytes(4, "little") + lines
    assert by_path("home/.mylogin.cnf", text) == [(RULE, lines.decode())]
    assert by_path("home/.mylogin.cnf", text[:40]) == []
    assert by_path("home/.mylogin.cnf", b"[client]\npassword=\n") == []
