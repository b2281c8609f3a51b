"""Passwords in calls that sign in, beside the account's name."""

from __future__ import annotations

import pytest

from tests.helpers.generic_secrets import made_up, secrets_in, values_in

CALLS = (
    'mysqli_connect("db.acme.dev", "shop", "{}", "shop")',
    "$db = new mysqli('db.acme.dev', 'shop', '{}', 'shop');",
    "new PDO('mysql:host=db.acme.dev;dbname=shop', 'shop', '{}')",
    'DriverManager.getConnection(url, "shop", "{}")',
    'DBI->connect("dbi:mysql:shop", "shop", "{}")',
    'requests.get(url, auth=("deploy", "{}"))',
    'HTTPBasicAuth("deploy", "{}")',
    'request.SetBasicAuth("deploy", "{}")',
    'server.login("mailer@acme.dev", "{}")',
    'new NetworkCredential("mailer", "{}")',
    'new UsernamePasswordCredentials("deploy", "{}")',
    'Credentials.basic("deploy", "{}")',
    'smtp.PlainAuth("", "mailer@acme.dev", "{}", "mail.acme.dev")',
    'pymysql.connect("db.acme.dev", "shop", "{}", "shop")',
    'MySQLdb.connect("db.acme.dev","shop","{}","shop")',
    'client.connect("10.1.2.3", 22, "deploy", "{}")',
    'cx_Oracle.connect("shop", "{}", "db.acme.dev/shop")',
    'FTP("ftp.acme.dev", "deploy", "{}")',
    'credentials += Credentials("Nexus", "repo.acme.dev", "deploy", "{}")',
    'WiFi.begin("acme-guests", "{}");',
    "ftp_login($connection, 'deploy', '{}')",
    "mysqli_connect(\n    'db.acme.dev',\n    'shop',\n    '{}'\n)",
    'curl_setopt($ch, CURLOPT_USERPWD, "deploy:{}");',
    'CURLOPT_USERPWD => "deploy:{}",',
)
OTHERS = (
    'mysqli_connect("db.acme.dev", "shop", $password)',
    'requests.get(url, auth=("user", "password"))',
    'requests.get(url, auth=(user, "kestrel9"))',
    'form.login("E-mail address", "Your password1 here")',
    'passport.authenticate("local", "redirectTo")',
    'credentials += Credentials("Nexus 3", "repo2.acme.dev", user, password)',
    'scope.credentials("--user", "--password-2")',
    'button.connect("clicked", "handler", "data-1x")',
    'button.connect(window, "handler", "data-1x")',
    'server.login("mailer", "${PASSWORD1}")',
    'curl_setopt($ch, CURLOPT_USERPWD, "$user:$password1");',
)


@pytest.mark.parametrize("call", CALLS)
def test_the_password_is_found(call: str) -> None:
    for password in (made_up(12), "Tr1n!ty-44", "hunter2"):
        text = call.replace("{}", password)
        (found,) = secrets_in("call_passwords", f"x = 1\n{text}\n")
        assert text[found.start - 6 : found.end - 6] == password
        assert (found.rule, found.weak, found.comment) == ("call-password", False, False)


@pytest.mark.parametrize("call", OTHERS)
def test_a_variable_a_word_or_a_text_is_none(call: str) -> None:
    assert values_in("call_passwords", f"{call}\n") == []


def test_defaults_are_weak() -> None:
    (found,) = secrets_in("call_passwords", 'mysqli_connect("db.acme.dev", "root", "root")')
    assert found.weak
