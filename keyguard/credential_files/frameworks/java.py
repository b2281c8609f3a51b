"""Configuration of Java and Scala servers: Spring, Quarkus, Play, Hibernate, Tomcat, and what is written like it.

Spring's is documented at https://docs.spring.io/spring-boot/appendix/application-properties/index.html, Tomcat's at
https://tomcat.apache.org/tomcat-11.0-doc/config/
"""

from __future__ import annotations

from collections.abc import Iterator

from keyguard.credential_files.judging import Field
from keyguard.credential_files.settings.secrets import Names, Setting, secrets_of
from keyguard.credential_files.settings.xml_pairs import with_pairs
from keyguard.credential_files.syntax import hocon, properties, xml, yaml
from keyguard.credential_files.syntax.entry import Entry
from keyguard.model.judged_secret import JudgedSecret

_DATABASE = Field("database-password", "the password of a data source")
_TOMCAT = Field("application-password", "the password of a user of Tomcat")
_PLAY = Field("application-signing-key", "the secret of a Play application")
_PASSWORD = Field("application-password", "a password in the configuration of a Java application")
_SECRET = Field("application-secret", "a key in the configuration of a Java application")

_ROWS = (
    Setting(("datasource", "password"), _DATABASE),
    Setting(("datasource", "*", "password"), _DATABASE),
    Setting(("spring.datasource.password",), _DATABASE),
    Setting(("hibernate.connection.password",), _DATABASE),
    Setting(("javax.persistence.jdbc.password",), _DATABASE),
    Setting(("jakarta.persistence.jdbc.password",), _DATABASE),
    Setting(("resource", "@password"), _DATABASE),
    Setting(("tomcat-users", "user", "@password"), _TOMCAT),
    Setting(("play.http.secret.key",), _PLAY, chosen=True),
    Setting(("http", "secret", "key"), _PLAY, chosen=True),
    Setting(("application.secret",), _PLAY, chosen=True),
    Setting(("play.crypto.secret",), _PLAY, chosen=True),
)
_NAMES = Names(_PASSWORD, _SECRET)


def find(data: bytes, path: bytes, named: bool) -> Iterator[JudgedSecret]:
    """Yield passwords and keys. See :data:`keyguard.credential_files.table.Finder`."""
    yield from secrets_of(_entries(data, path.lower()), _ROWS, _NAMES)


def _entries(data: bytes, path: bytes) -> Iterator[Entry]:
    name = path.rpartition(b"/")[2]
    if b".properties" in name:
        return properties.entries(data)
    if b".xml" in name or data[:200].lstrip().startswith(b"<"):
        return with_pairs(xml.entries(data))
    return hocon.entries(data) if b".conf" in name else yaml.entries(data)
