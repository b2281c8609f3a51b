"""Ansible: inventories, variables of hosts and groups, vars files. What Ansible Vault encrypted is none.

Documented at https://docs.ansible.com/ansible/latest/inventory_guide/intro_inventory.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from keyguard.credential_files.judging import Field
from keyguard.credential_files.settings.lines import line, secrets_in_lines
from keyguard.credential_files.settings.password_hashes import judged_hash
from keyguard.credential_files.settings.secrets import Names, Setting, secrets_of
from keyguard.credential_files.syntax import yaml
from keyguard.credential_files.syntax.entry import Entry
from keyguard.model.judged_secret import JudgedSecret

_LOGIN = Field("account-password", "the password that Ansible signs in to hosts with")
_PASSWORD = Field("deployment-secret", "a password among the variables of Ansible")
_SECRET = Field("deployment-secret", "a key among the variables of Ansible")

_LOGIN_NAMES = [
    f"ansible_{name}"
    for name in (
        *("password", "pass", "ssh_pass", "ssh_password", "sudo_pass", "become_pass", "become_password", "su_pass"),
        *("winrm_password", "httpapi_pass", "become_method_password"),
    )
]
_ROWS = tuple(Setting((name,), _LOGIN) for name in _LOGIN_NAMES)
_NAMES = Names(_PASSWORD, _SECRET)
#: in an inventory, in a playbook, on a command line
_ANYWHERE = line(
    rb"\bansible_(?:ssh_|become_|sudo_|su_|winrm_|httpapi_)?pass(?:word)?[ \t]{0,9}[=:][ \t]{0,9}"
    rb"(?:\"(?P<value>[^\"\r\n]{1,300})\"|'(?P<single>[^'\r\n]{1,300})'|(?P<plain>[^\s\"'#,}{(][^\s\"',}(]{0,300})(?=[\s,}]|$))",
    _LOGIN,
)


def find(data: bytes, path: bytes, named: bool) -> Iterator[JudgedSecret]:
    """Yield passwords and keys. See :data:`keyguard.credential_files.table.Finder`."""
    if data.startswith(b"$ANSIBLE_VAULT"):
        return
    yield from secrets_in_lines(data, (_ANYWHERE,))
    if named:
        entries = list(yaml.entries(data))
        yield from secrets_of(entries, _ROWS, _NAMES)
        yield from _hashes(entries)


def _hashes(entries: Iterable[Entry]) -> Iterator[JudgedSecret]:
    """Yield the hashes that accounts are made with."""
    for entry in entries:
        if "pass" in entry.name.lower() and entry.value.startswith("$"):
            found = judged_hash(entry.value, entry.span, "of an account among the variables of Ansible")
            if found:
                yield found
