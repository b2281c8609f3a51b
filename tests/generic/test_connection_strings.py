"""Passwords in connection strings of every driver that writes them in one."""

from __future__ import annotations

import pytest

from keyguard.model.scales import Confidence
from tests.helpers.generic_secrets import made_up, secrets_in, values_in

STRINGS = (
    "Server=sql.acme.dev;Database=shop;User Id=shop;Password={};Encrypt=true",
    '"DefaultConnection": "Server=tcp:shop.acme.dev,1433;Initial Catalog=shop;User ID=shop;Password={};"',
    'connectionString="Data Source=10.1.2.3;Initial Catalog=shop;User ID=sa;Pwd={}"',
    "Driver={ODBC Driver 17 for SQL Server};Server=sql.acme.dev;UID=sa;PWD={}",
    "PWD={};UID=shop;DSN=shop",
    "Password = {}; User ID = shop; Data Source = db.acme.dev",
    "jdbc:oracle:thin:shop/{}@db.acme.dev:1521:shop",
    "jdbc:oracle:thin:shop/{}@//db.acme.dev:1521/shop",
    "shop/{}@db.acme.dev:1521/shop",
    "jdbc:mysql://db.acme.dev:3306/shop?user=shop&password={}&useSSL=true",
    "jdbc:postgresql://db.acme.dev/shop?user=shop&amp;password={}",
    "jdbc:sqlserver://db.acme.dev:1433;databaseName=shop;user=shop;password={};",
    "jdbc:db2://db.acme.dev:50000/shop:user=shop;password={};",
    "postgresql://shop@db.acme.dev/shop?password={}",
    "host=db.acme.dev port=5432 dbname=shop user=shop password={} sslmode=require",
    "password={} host=db.acme.dev",
    'sql.Open("mysql", "shop:{}@tcp(db.acme.dev:3306)/shop")',
    "cache.acme.dev:6380,password={},ssl=True,abortConnect=False",
    "/nas /mnt cifs username=deploy,password={},uid=1000 0 0",
    'oracledb.connect("shop/{}@db.acme.dev/shop")',
    'dsn: "shop:{}@unix(/run/mysqld.sock)/shop"',
)
OTHERS = (
    "Server=sql.acme.dev;Database=shop;User Id=shop;Password=${PASSWORD};",
    "Server=sql.acme.dev;Database=shop;User Id=shop;Password={0};",
    "Server=sql.acme.dev;Database=shop;User Id=shop;Password=<password>;",
    "Server=sql.acme.dev;Database=shop;User Id=shop;Password=%PASSWORD%;",
    "Server=sql.acme.dev;Database=shop;User Id=shop;Password=********;",
    "this.user = user; this.password = password; this.host = host;",
    "e.user=t.user;e.password=t.password;e.host=t.host",
    "if (user == other.user; password = that.password) host = 3;",
    "jdbc:mysql://db.acme.dev/shop?user=shop&password={{password}}",
    "https://acme.dev/login?user=me&password=forgotten1",
    "GET http://acme.dev:8080/login?user=me&password=forgotten1",
    "host=%s user=%s password=%s dbname=%s",
    "host=db.acme.dev user=shop password=$PASSWORD",
    'user + ":" + password + "@tcp(" + host',
    "%s:%s@tcp(%s:%d)/%s",
    "usr/local/bin@db.acme.dev:8080/shop",
    "password: a field; host: another",
)


@pytest.mark.parametrize("text", STRINGS)
def test_the_password_is_found(text: str) -> None:
    for number, password in enumerate((made_up(10), made_up(24), "Tr1n!ty-44", "hunter2")):
        line = text.replace("{}", password)
        (found,) = secrets_in("connection_strings", f"x = {number}\n{line}\ny = 1\n")
        assert (found.rule, found.weak, found.comment) == ("connection-string-password", False, False)
        assert line[found.start - 6 : found.end - 6] == password
        assert found.confidence is Confidence.HIGH
        assert not any(password in reason for reason in found.reasons)


@pytest.mark.parametrize("text", OTHERS)
def test_what_a_program_fills_in_is_no_password(text: str) -> None:
    assert values_in("connection_strings", f"{text}\n") == []


def test_defaults_are_weak_and_local_servers_are_less_sure() -> None:
    (found,) = secrets_in("connection_strings", "Server=sql.acme.dev;User Id=sa;Password=changeme;")
    assert found.weak
    for host in ("localhost", "127.0.0.1", "(local)", ".", "db"):
        (found,) = secrets_in("connection_strings", f"Server={host};User Id=sa;Password={made_up()};")
        assert (found.weak, found.confidence) == (False, Confidence.MEDIUM), host
