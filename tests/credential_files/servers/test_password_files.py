"""Files of users and hashes."""

from __future__ import annotations

import pytest

from tests.helpers.credential_files import Found, by_path, by_sign, in_hex, made_up

SALT, MD5, BCRYPT, SHA512 = made_up(1, 8), made_up(2, 22), made_up(3, 53), made_up(4, 86)
SHA = "{SHA}" + made_up(5, 27) + "="
DES = made_up(6, 13)


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        (".htpasswd", f"me:$apr1${SALT}${MD5}\n", [("weak-password-hash", f"$apr1${SALT}${MD5}")]),
        ("conf/htpasswd", f"me:$2y$05${BCRYPT}\r\n", [("password-hash", f"$2y$05${BCRYPT}")]),
        (".htpasswd", f"me:{SHA}\nyou:{DES}", [("weak-password-hash", SHA), ("weak-password-hash", DES)]),
        (".htpasswd", "me:helloworldwhat\n# comment: nothing\n", []),
        (".htdigest", f"me:the realm:{in_hex(7, 32)}", [("weak-password-hash", in_hex(7, 32))]),
        (
            "etc/shadow",
            f"root:$6${SALT}${SHA512}:19000:0:99999:7:::\ndaemon:*:19000:0:99999:7:::\nold:!$1${SALT}${MD5}:1::::::",
            [("password-hash", f"$6${SALT}${SHA512}"), ("weak-password-hash", f"$1${SALT}${MD5}")],
        ),
        ("etc/passwd", "root:x:0:0:root:/root:/bin/bash\n", []),
        (
            "smbpasswd",
            f"me:1000:{'X' * 32}:{in_hex(8, 32).upper()}:[U          ]:LCT-5F:",
            [("weak-password-hash", in_hex(8, 32).upper())],
        ),
    ],
)
def test_hashes(path: str, text: str, found: Found) -> None:
    assert by_path(path, text) == found


def test_a_file_of_another_name_is_known_by_its_content() -> None:
    assert by_sign(f"x: 1\nme:$2b$12${BCRYPT}\n") == [("password-hash", f"$2b$12${BCRYPT}")]
    assert by_sign(f"me:$5$rounds=5000${SALT}${made_up(9, 43)}:19000::::::")[0][0] == "password-hash"
    assert by_sign(f"you:{DES}\n") == []
    assert by_sign(f"password: '$2b$12${BCRYPT}'\n") == []
