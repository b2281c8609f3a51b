"""Settings of servers, one in a line: Redis, RabbitMQ, Grafana, Odoo, Zabbix, Exim and the like.

Those of Redis are documented at https://redis.io/docs/latest/operate/oss_and_stack/management/config/, of RabbitMQ at
https://www.rabbitmq.com/docs/configure
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from keyguard.credential_files.judging import Field
from keyguard.credential_files.settings.lines import line, secrets_in_lines
from keyguard.credential_files.settings.secrets import Names, Setting, secrets_of, weak
from keyguard.credential_files.syntax import ini, yaml
from keyguard.model.judged_secret import JudgedSecret

_PASSWORD = Field("application-password", "a password in the configuration of a server")
_SECRET = Field("application-secret", "a key in the configuration of a server")
_COMMUNITY = Field("network-device-password", "an SNMP community, which is a password")
_MAIL = Field("application-password", "the password of an account for mail")
_SIGNING = Field("application-signing-key", "the key that a server signs and encrypts with", guessable=False)

_NAMES = Names(_PASSWORD, _SECRET)
_ROWS = (
    Setting(("security", "secret_key"), _SIGNING, chosen=True),
    Setting(("admin_passwd",), _PASSWORD),
    Setting(("default_pass",), _PASSWORD),
    Setting(("secret",), _PASSWORD),
)
_DIRECTIVES = (
    line(rb"^[ \t]{0,9}#?[ \t]?r[ow]community6?[ \t]{1,9}(?P<value>[^\s\"#]{3,64})", _COMMUNITY),
    line(
        rb"^[ \t]{0,9}#?[ \t]?(?:requirepass|masterauth|sentinel auth-pass \S{1,64})[ \t]{1,9}\"?(?P<value>"
        rb"[^\s\"]{3,500})\"?\s*$",
        _PASSWORD,
    ),
    line(
        rb"^[ \t]{0,9}#?[ \t]?user[ \t]{1,9}(?P<user>\S{1,64})[ \t][^\r\n>]{0,200}>(?P<value>[^\s>]{3,200})", _PASSWORD
    ),
    line(
        rb"\{[ \t]{0,9}(?:default_pass|password)[ \t]{0,9},[ \t]{0,9}(?:<<)?\"(?P<value>[^\"\r\n]{3,200})\""
        rb"(?:>>)?[ \t]{0,9}\}",
        _PASSWORD,
    ),
)
#: ``host:user:password`` of Exim
_ACCOUNTS = (line(rb"^[ \t]{0,9}[\w.*-]{1,200}:(?P<user>[^\s:]{1,200}):(?P<value>[^\s:]{3,200})\s*$", _MAIL),)
#: what a program's own file of settings has: Grafana's key, in two parts, since it looks like one; Redis' password
_DEFAULTS = (b"SW2YcwTIb9zp" + b"OOhoPsMm", b"foobared", b"public", b"private")


def find(data: bytes, path: bytes, named: bool) -> Iterator[JudgedSecret]:
    """Yield passwords and keys. See :data:`keyguard.credential_files.table.Finder`."""
    name = path.rpartition(b"/")[2].lower()
    if b"passwd.client" in name:
        yield from secrets_in_lines(data, _ACCOUNTS)
        return
    reader = yaml.entries if b".yml" in name or b".yaml" in name else ini.entries
    found = chain(secrets_of(reader(data), _ROWS, _NAMES), secrets_in_lines(data, _DIRECTIVES))
    yield from (
        weak(one, "the program's own default") if data[one.start : one.end] in _DEFAULTS else one for one in found
    )
