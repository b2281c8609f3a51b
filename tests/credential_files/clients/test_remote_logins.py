"""Passwords of programs for file transfer, mail, chat, downloads and databases."""

from __future__ import annotations

import base64
import json

import pytest

from tests.helpers.credential_files import Found, by_path, by_sign, in_hex, made_up

REMOTE, MAIL, DATABASE = "remote-login-password", "mail-password", "database-client-password"
KEY, OTHER, HEX = made_up(10), made_up(11), in_hex(2, 64).upper()
ENCODED = base64.b64encode(KEY.encode()).decode()
SITE = "<Server><Host>a.dev</Host><User>me</User>"


def jetbrains(password: str) -> str:
    """The password as JetBrains' programs write it."""
    return "".join(f"{ord(character) ^ 0xDFAA:04x}" for character in password)


FILES = [
    (
        "sitemanager.xml",
        f'<FileZilla3>{SITE}<Pass encoding="base64">{ENCODED}</Pass></Server>',
        [(REMOTE, ENCODED)],
        True,
    ),
    ("a.xml", f"<FileZilla3>\n{SITE}<Pass>{KEY}</Pass></Server>", [(REMOTE, KEY)], True),
    ("WebServers.xml", f'<a><fileTransfer host="a" password="{jetbrains(KEY)}" username="me"/></a>', None, False),
    ("WinSCP.ini", f"[Sessions\\me@a.dev]\nHostName=a\nPassword={HEX}\n", [(REMOTE, HEX)], True),
    (".vscode/sftp.json", json.dumps({"host": "a", "username": "me", "password": KEY}), [(REMOTE, KEY)], False),
    ("sftp-config.json", f'{{\n // why\n "user": "me",\n "password": "{KEY}",\n}}', [(REMOTE, KEY)], False),
    ("sftp-config.json", f'{{\n "user": "me",\n //"password": "{KEY}",\n}}', [(REMOTE + "#", KEY)], False),
    (
        "README.md",
        '```json\n{ "host": "a.dev", "username": "me",\n "password": "'
        + KEY
        + '", "remotePath": "", "uploadOnSave": 1}',
        [(REMOTE, KEY)],
        True,
    ),
    (".ftppass", json.dumps({"a": {"username": "me", "password": KEY}}), [(REMOTE, KEY)], False),
    (".smbcredentials", f"username=me\npassword={KEY}\ndomain=a\n", [(REMOTE, KEY)], False),
    ("etc/davfs2/secrets", f'# all\nhttps://dav.acme.dev/ me "{KEY}"\n', [(REMOTE, KEY)], False),
    ("a.remmina", f"[remmina]\nusername=me\npassword={ENCODED}\n", [(REMOTE + "~", ENCODED)], False),
    ("remmina.pref", f"[remmina_pref]\nsecret={ENCODED}\n", [(REMOTE, ENCODED)], False),
    ("logins.json", json.dumps({"logins": [{"encryptedPassword": ENCODED}]}), [(REMOTE + "~", ENCODED)], True),
    (".wgetrc", f"# mine\nhttp_user = me\nhttp_password = {KEY}\n", [(REMOTE, KEY)], True),
    (".curlrc", f'user = "me:{KEY}"\nsilent\n', [(REMOTE, KEY)], True),
    (".curlrc", f"-u me:{KEY}\n", [(REMOTE, KEY)], False),
    ("aria2.conf", f"enable-rpc=true\nrpc-secret={KEY}\n", [(REMOTE, KEY)], False),
    (".msmtprc", f"account a\nuser me\npassword {KEY}\n", [(MAIL, KEY)], False),
    ("home/.msmtprc", f"account default\nhost a.dev\nauth on\npassword {KEY}\n", [(MAIL, KEY)], True),
    (".msmtprc", f'account a\npassword "{KEY} x"\n', [(MAIL, f"{KEY} x")], False),
    (
        ".muttrc",
        f'set imap_user = "me"\nset imap_pass = "{KEY}"\nset smtp_pass={OTHER}\n',
        [(MAIL, KEY), (MAIL, OTHER)],
        True,
    ),
    (".muttrc", f'set smtp_url = "smtps://me:{KEY}@smtp.acme.dev"\n', [(MAIL, KEY)], False),
    (".fetchmailrc", f'poll a.dev user "me" there with password "{KEY}" is me here\n', [(MAIL, KEY)], True),
    (".offlineimaprc", f"[Repository a]\nremoteuser = me\nremotepass = {KEY}\n", [(MAIL, KEY)], True),
    (".mbsyncrc", f"IMAPAccount a\nPass {KEY}\n", [(MAIL, KEY)], True),
    ("ssmtp.conf", f"AuthUser=me\nAuthPass={KEY}\n", [(MAIL, KEY)], True),
    ("postfix/sasl_passwd", f"[smtp.acme.dev]:587 me@acme.dev:{KEY}\n", [(MAIL, KEY)], True),
    (
        ".irssi/config",
        f'servers = (\n  {{\n    address = "a";\n    password = "{KEY}";\n  }}\n);\n',
        [(MAIL, KEY)],
        False,
    ),
    (".irssi/config", f'autosendcmd = "/msg nickserv identify {KEY};wait 2000";\n', [(MAIL, KEY)], True),
    ("weechat/irc.conf", f'[server]\nlibera.sasl_password = "{KEY}"\n', [(MAIL, KEY)], True),
    ("odbc.ini", f"[a]\nDriver = b\nUID = me\nPWD = {KEY}\n", [(DATABASE, KEY)], False),
    ("sqlectron.json", json.dumps({"servers": [{"user": "me", "password": KEY}]}), [(DATABASE, KEY)], False),
    (
        "connections.ncx",
        f'<Connections><Connection Host="a" UserName="me" Password="{HEX}"/></Connections>',
        [(DATABASE, HEX)],
        False,
    ),
]


@pytest.mark.parametrize(("path", "text", "found", "by_content"), FILES)
def test_the_password_of_a_program(path: str, text: str, found: Found | None, by_content: bool) -> None:
    wanted = [(REMOTE, jetbrains(KEY))] if found is None else found
    assert by_path(path, text) in (wanted, [])
    assert by_path(path, text) or by_content
    assert by_sign(text) == (wanted if by_content else [])


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("sitemanager.xml", f'{SITE}<Pass encoding="crypt" pubkey="{ENCODED}">{ENCODED}{ENCODED}</Pass></Server>'),
        (".vscode/sftp.json", '{"host": "a", "privateKeyPath": "~/.ssh/id", "passphrase": true, "password": ""}'),
        ("WinSCP.ini", "[Sessions\\me]\nHostName=a\nPassword=\n"),
        (".msmtprc", 'passwordeval "pass show mail"\npassword $PASSWORD\n'),
        (".muttrc", 'set imap_pass = `pass show mail`\nset my_pass = "`pass x`"\nset imap_passive = no\n'),
        (".mbsyncrc", 'PassCmd "pass show mail"\n'),
        (".offlineimaprc", "remotepasseval = get_pass()\nremotepassfile = ~/.pass\n"),
        ("weechat/irc.conf", 'libera.password = "${sec.data.libera}"\nserver_default.password = ""\n'),
        (".wgetrc", "#http_password =\nquota = inf\n"),
        (".curlrc", "user-agent = x:y\n"),
    ],
)
def test_references_and_encrypted_passwords_are_none(path: str, text: str) -> None:
    assert by_path(path, text) == []
    assert by_sign(text) == []
