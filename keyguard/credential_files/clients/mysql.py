"""``.my.cnf``: passwords for MySQL and MariaDB by program.

The format is documented at https://dev.mysql.com/doc/refman/en/option-files.html
"""

from __future__ import annotations

from collections.abc import Iterator

from keyguard.credential_files.fields import Place, secrets
from keyguard.credential_files.judging import Field
from keyguard.credential_files.syntax import ini
from keyguard.model.judged_secret import JudgedSecret

_PASSWORD = Field("database-client-password", "the password in an option file of MySQL")
_SECTIONS = (
    "client", "client-mariadb", "client-server", "mariadb-client", "mysql", "mysqldump", "mysqladmin", "mysqlcheck",
    "mysqlimport", "mysqlshow", "mysqlpump", "mysqlhotcopy", "mysqlbinlog", "mysqlslap", "mysqld_safe", "mycli",
    "mysql_upgrade", "mysqldiff", "mysqlsh", "replication", "xtrabackup", "mariadb-dump", "innobackupex", "mariabackup",
)  # fmt: skip
_PLACES = tuple(
    Place((section, key), _PASSWORD, ("user",))
    for section in _SECTIONS
    for key in ("password", "pass", "loose-password", "password1")
)
#: sections of other names: ``[client_prod]`` (option files have groups with suffixes)
_SUFFIXED = (Place(("*", "password"), _PASSWORD, ("user",)),)


def find(data: bytes, path: bytes, named: bool) -> Iterator[JudgedSecret]:
    """Yield the passwords. See :data:`keyguard.credential_files.format.Finder`."""
    return secrets(data, ini.entries(data), _SUFFIXED if named else _PLACES)
