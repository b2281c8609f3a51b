"""Configuration of .NET."""

from __future__ import annotations

import pytest

from tests.helpers.credential_files import Found, by_path, by_sign, in_hex, made_up

PASSWORD, KEY, HEX = made_up(1), made_up(2, 40), in_hex(3, 64)
CONNECTION = f"Server=db.acme.dev;Database=shop;User Id=shop;Password={PASSWORD};Encrypt=true"


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        (
            "appsettings.json",
            f'{{"ConnectionStrings": {{"Shop": "{CONNECTION}"}}}}',
            [("database-password", PASSWORD)],
        ),
        (
            "src/appsettings.Production.json",
            f'{{"Jwt": {{"Key": "x", "Secret": "{KEY}"}}, "Smtp": {{"User": "a", "Password": "{PASSWORD}"}}}}',
            [("application-secret", KEY), ("application-password", PASSWORD)],
        ),
        ("appsettings.json", '{"ConnectionStrings": {"Shop": "Server=.;Trusted_Connection=True"}}', []),
        ("appsettings.json", '{"ConnectionStrings": {"Shop": "Server=db;User=sa;Password=#{DbPassword}#"}}', []),
        (
            "appsettings.json",
            '{"ConnectionStrings": {"Shop": "Server=db;User=shop;Password=shop"}}',
            [("database-password?", "shop")],
        ),
        ("appsettings.json", '{"PasswordPolicy": {"Password": "Must be longer."}}', []),
        (
            "Web.config",
            "".join(
                (
                    f'<connectionStrings><add name="Shop" connectionString="{CONNECTION}" /></connectionStrings>',
                    f'<add key="SmtpPassword" value="{PASSWORD}" /><add value="{KEY}" key="ApiKey"/>',
                    f'<!-- <add key="ApiSecret" value="{KEY}" /> -->',
                )
            ),
            [
                ("database-password", PASSWORD),
                ("application-password", PASSWORD),
                ("application-secret", KEY),
                ("application-secret#", KEY),
            ],
        ),
        (
            "web.config",
            f'<machineKey validationKey="{HEX}" decryptionKey="AutoGenerate,IsolateApps" validation="SHA1"/>',
            [("application-signing-key", HEX)],
        ),
        (
            "App.config",
            f'<setting name="Password" serializeAs="String"><value>{PASSWORD}</value></setting>',
            [("application-password", PASSWORD)],
        ),
        (
            "app.config",
            f'<add name="a" connectionString="Data Source=x;Password=&quot;{PASSWORD}&quot;;User ID=y"/>',
            [("database-password", PASSWORD)],
        ),
    ],
)
def test_passwords_and_keys(path: str, text: str, found: Found) -> None:
    assert by_path(path, text) == found


def test_a_file_of_another_name_is_known_by_its_content() -> None:
    text = f'<configuration>\n<connectionStrings>\n<add name="Shop" connectionString="{CONNECTION}"/>'
    assert by_sign(text) == [("database-password", PASSWORD)]
    assert by_sign(f'{{\n"ConnectionStrings" : {{"Shop": "{CONNECTION}"}}\n}}') == [("database-password", PASSWORD)]
    assert by_sign(f'<a connectionString="{CONNECTION}"/>') == []
