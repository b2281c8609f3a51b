"""Configuration of Java and Scala servers."""

from __future__ import annotations

import pytest

from tests.helpers.credential_files import Found, by_path, made_up

PASSWORD, KEY = made_up(1), made_up(2, 40)


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        (
            "src/main/resources/application.properties",
            f"spring.datasource.password={PASSWORD}\napp.jwt.secret = {KEY}\n#spring.mail.password={PASSWORD}",
            [("database-password", PASSWORD), ("application-secret", KEY), ("application-password#", PASSWORD)],
        ),
        (
            "application-prod.yml",
            f"spring:\n  datasource:\n    password: '{PASSWORD}'\n  mail: {{password: {PASSWORD}}}\n",
            [("database-password", PASSWORD), ("application-password", PASSWORD)],
        ),
        (
            "application.yml",
            "spring:\n  datasource:\n    username: root\n    password: root\n",
            [("database-password?", "root")],
        ),
        ("application.yml", f"spring:\n  datasource:\n    password: ENC({KEY})\n", []),
        ("application.yml", "password: '{cipher}" + "ab12" * 16 + "'", []),
        ("application.yml", "spring.datasource.password: ${DB_PASSWORD}", []),
        (
            "application.yml",
            f"spring.datasource.password: ${{DB_PASSWORD:{PASSWORD}}}",
            [("database-password", PASSWORD)],
        ),
        ("application.properties", "server.ssl.key-store-password=changeit", [("application-password?", "changeit")]),
        ("application.properties", "spring.security.oauth2.token-uri=https://id.acme.dev/token", []),
        (
            "conf/application.conf",
            f'db {{\n  x {{\n    password = "{PASSWORD}"\n  }}\n}}\nplay.http.secret.key = {KEY}\n# pwd = {PASSWORD}',
            [
                ("application-password", PASSWORD),
                ("application-signing-key", KEY),
                ("application-password#", PASSWORD),
            ],
        ),
        (
            "conf/application.conf",
            "play.http.secret.key = changeme\ndb.password = ${?DB_PASSWORD}",
            [],
        ),
        (
            "conf/tomcat-users.xml",
            f'<tomcat-users><user username="admin" password="{PASSWORD}" roles="manager-gui"/></tomcat-users>',
            [("application-password", PASSWORD)],
        ),
        (
            "conf/tomcat-users.xml",
            '<tomcat-users><user username="tomcat" password="s3cret"/></tomcat-users>',
            [("application-password?", "s3cret")],
        ),
        (
            "META-INF/context.xml",
            f'<Resource name="jdbc/shop" username="shop" password="{PASSWORD}"/>',
            [("database-password", PASSWORD)],
        ),
        (
            "hibernate.cfg.xml",
            f'<property name="hibernate.connection.password">{PASSWORD}</property>',
            [("database-password", PASSWORD)],
        ),
        (
            "applicationContext.xml",
            f'<property name="url" value="x"/><property name="password" value="{PASSWORD}"/>',
            [("application-password", PASSWORD)],
        ),
    ],
)
def test_passwords_and_keys(path: str, text: str, found: Found) -> None:
    assert by_path(path, text) == found
