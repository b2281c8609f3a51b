"""Directories, servers' settings, keystores."""

from __future__ import annotations

import base64
import struct

import pytest

from tests.helpers.credential_files import Found, by_path, by_sign, in_hex, made_up

APP = "application-password"
ACCOUNT = "account-password"
WEAK = "weak-password-hash"
PASSWORD, KEY = made_up(1, 14), made_up(2, 40)
SSHA = "{SSHA}" + made_up(3, 32)


def base64_of(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"dn: uid=me\nuserPassword: {PASSWORD}\n", [(ACCOUNT, PASSWORD)]),
        (f"userPassword:: {base64_of(PASSWORD)}\n", [(ACCOUNT, base64_of(PASSWORD))]),
        (f"userPassword:: {base64_of(SSHA)}\r\n", [(WEAK, base64_of(SSHA))]),
        (f"userPassword: {SSHA}\n", [(WEAK, SSHA)]),
        (f"olcRootPW: {SSHA}\n", [(WEAK, SSHA)]),
        ("userPassword: password\n", []),
        ("userPassword: secret123\n", [("account-password?", "secret123")]),
        (f"sambaNTPassword: {in_hex(4, 32).upper()}\n", [(WEAK, in_hex(4, 32).upper())]),
    ],
)
def test_ldif(text: str, found: Found) -> None:
    assert by_path("users.ldif", text) == found
    assert by_sign(text) == found


def test_servers_and_clients_of_a_directory() -> None:
    assert by_path("slapd.conf", f"rootdn cn=a\nrootpw {PASSWORD}\n") == [(ACCOUNT, PASSWORD)]
    assert by_path("slapd.conf", f"rootpw {SSHA}\n") == [(WEAK, SSHA)]
    assert by_path("etc/nslcd.conf", f"binddn cn=a\nbindpw {PASSWORD}\n") == [(APP, PASSWORD)]


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        ("redis.conf", f"requirepass {PASSWORD}\nport 1\n", [(APP, PASSWORD)]),
        ("redis.conf", "# requirepass foobared\n", [("application-password?#", "foobared")]),
        ("users.acl", f"user me on ~* +@all >{PASSWORD}", [(APP, PASSWORD)]),
        ("rabbitmq.conf", "default_user = me\ndefault_pass = guest", [("application-password?", "guest")]),
        (
            "rabbitmq.config",
            f'[{{rabbit, [{{default_pass, <<"{PASSWORD}">>}}]}}].',
            [(APP, PASSWORD)],
        ),
        (
            "grafana.ini",
            f"[security]\nadmin_password={PASSWORD}\n",
            [(APP, PASSWORD)],
        ),
        ("grafana.ini", f"[security]\nsecret_key = {KEY}", [("application-signing-key", KEY)]),
        ("passwd.client", f"smtp.acme.dev:me@acme.dev:{PASSWORD}\n", [(APP, PASSWORD)]),
        ("kibana.yml", f'elasticsearch.password: "{PASSWORD}"', [(APP, PASSWORD)]),
        (
            "odoo.conf",
            f"[options]\nadmin_passwd = {PASSWORD}\ndb_password = False",
            [(APP, PASSWORD)],
        ),
        ("supervisord.conf", "[program:x]\ncommand=/usr/bin/x --password-file=/run/x", []),
    ],
)
def test_settings_of_servers(path: str, text: str, found: Found) -> None:
    assert by_path(path, text) == found


def java_store(tag: int, magic: bytes = b"\xfe\xed\xfe\xed") -> bytes:
    """A store with a certificate and one more entry of that kind."""
    certificate = (
        struct.pack(">IH", 2, 1) + b"a" + bytes(8) + struct.pack(">H", 5) + b"X.509" + struct.pack(">I", 9) + bytes(9)
    )
    return magic + struct.pack(">II", 2, 2) + certificate + struct.pack(">I", tag) + bytes(300)


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (java_store(1), True),
        (java_store(3, b"\xce\xce\xce\xce"), True),
        (java_store(2), False),
        (java_store(1)[:40], False),
        (
            b"\x30\x82\x09\x99\x02\x01\x03\x30\x82\x09\x50\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01" + bytes(200),
            True,
        ),
        (b"\x30\x82\x09\x99\x02\x01\x03" + bytes(300), False),
        (b"\x03\xd9\xa2\x9a\x67\xfb\x4b\xb5" + bytes(300), True),
        (b"\0\0\0\2\0\0\0\x14" + bytes(20) + b"\0\0\4\0\4" + bytes(200), True),
        (b"\x95\x03\xbe\x04\x65\0\0\0\1" + bytes(300), True),
        (b"\x99\x03\xbe\x04\x65\0\0\0\1" + bytes(300), False),
        (b"x\x03\xd9\xa2\x9a\x67\xfb\x4b\xb5" + bytes(300), False),
    ],
)
def test_keystores_are_known_by_their_first_bytes(data: bytes, found: bool) -> None:
    from keyguard.credential_files.servers.keystores import find

    rules = [one.rule for one in find(data, b"", False)]
    assert rules == (["keystore"] if found else [])


def test_a_key_of_the_agent_of_gnupg_is_known_by_its_folder() -> None:
    path = ".gnupg/private-keys-v1.d/a.key"
    assert by_path(path, f"(11:private-key(3:rsa(1:n9:{KEY})))")[0][0] == "keystore"
    assert by_path(path, f"(20:shadowed-private-key(3:rsa(1:n9:{KEY})))") == []


def test_stores_of_nothing_but_trust_and_keys_for_debugging() -> None:
    from keyguard.credential_files.servers.keystores import find

    store = java_store(1)
    debug = store[:12] + struct.pack(">IH", 1, 15) + b"androiddebugkey" + bytes(300)
    assert [one.weak for one in find(debug, b"debug.keystore", True)] == [True]
    assert list(find(store, b"conf/truststore.jks", True)) == []
