"""Passwords of accounts in statements of SQL, of every server."""

from __future__ import annotations

import pytest

from tests.helpers.generic_secrets import made_up, secrets_in, values_in

STATEMENTS = (
    "CREATE USER 'shop'@'%' IDENTIFIED BY '{}';",
    "create user shop identified with mysql_native_password by '{}';",
    'CREATE USER shop IDENTIFIED BY "{}" DEFAULT TABLESPACE users;',
    "GRANT ALL ON shop.* TO shop@localhost IDENTIFIED BY '{}' WITH GRANT OPTION;",
    "ALTER USER shop WITH PASSWORD '{}';",
    "CREATE ROLE shop LOGIN ENCRYPTED PASSWORD '{}' VALID UNTIL 'infinity';",
    "CREATE LOGIN shop WITH PASSWORD = N'{}', CHECK_POLICY = ON;",
    "ALTER LOGIN sa WITH PASSWORD='{}';",
    "SET PASSWORD FOR 'root'@'localhost' = PASSWORD('{}');",
    "CHANGE MASTER TO MASTER_HOST='db', MASTER_USER='r', MASTER_PASSWORD='{}';",
    "CREATE USER MAPPING FOR shop SERVER s OPTIONS (user 'shop', password '{}');",
    "CREATE MASTER KEY ENCRYPTION BY PASSWORD = '{}';",
    "mysql -e \"CREATE USER shop IDENTIFIED BY '{}'\"",
    "execute(\"ALTER ROLE shop PASSWORD '{}'\")",
)
OTHERS = (
    "CREATE USER shop IDENTIFIED BY '${PASSWORD}';",
    "CREATE USER shop IDENTIFIED BY '$PASSWORD';",
    "CREATE USER shop IDENTIFIED BY :password;",
    "CREATE USER shop IDENTIFIED BY '%s';",
    "CREATE USER shop IDENTIFIED BY '" + "' + password + '" + "';",
    "CREATE USER shop IDENTIFIED BY password;",
    "things are identified by their name and identified by numbers1",
    "CREATE ROLE shop PASSWORD NULL;",
    "ALTER ROLE shop PASSWORD 'md5" + "0123456789abcdef" * 2 + "';",
    "SELECT id FROM users WHERE password = 'kestrel9Lane'",
    "the password 'kestrel9Lane' is wrong",
)


@pytest.mark.parametrize("statement", STATEMENTS)
def test_the_password_is_found(statement: str) -> None:
    for password in (made_up(12), "Tr1n!ty-44", "hunter2"):
        text = statement.replace("{}", password)
        (found,) = secrets_in("sql_passwords", f"USE shop;\n{text}\nGO\n")
        assert (found.rule, text[found.start - 10 : found.end - 10]) == ("sql-password", password)
        assert not found.weak


@pytest.mark.parametrize("statement", OTHERS)
def test_another_statement_or_a_placeholder_is_none(statement: str) -> None:
    assert values_in("sql_passwords", f"USE shop;\n{statement}\nGO\n") == []


def test_the_name_of_the_account_is_a_weak_password() -> None:
    for text in ("CREATE USER 'kestrel'@'%' IDENTIFIED BY 'kestrel';", "ALTER ROLE shop WITH PASSWORD 'changeme'"):
        (found,) = secrets_in("sql_passwords", text)
        assert found.weak
