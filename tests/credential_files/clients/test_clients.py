"""Credentials of git, of code hosts, of image registries, and in netrc files."""

from __future__ import annotations

import base64
import json

import pytest

from tests.helpers.credential_files import Found, by_path, by_sign, made_up

HOST, IMAGES, NETRC = "code-host-credential", "container-registry-credential", "netrc-password"
KEY, OTHER = made_up(3), made_up(4)


def basic(text: str) -> str:
    """The text in base64."""
    return base64.b64encode(text.encode()).decode()


AUTH = basic(f"me:{KEY}")

FILES = [
    (".netrc", f"machine a.dev login me password {KEY}\n", [(NETRC, KEY)], True),
    (".netrc", f"machine a.dev\r\n  login me\r\n  password {KEY}\r\n", [(NETRC, KEY)], True),
    ("_netrc", f"default login me password {KEY}", [(NETRC, KEY)], True),
    (".netrc", f'machine a.dev login "me" password "{KEY} x"', [(NETRC, f"{KEY} x")], False),
    (".netrc", f"machine a.dev login {KEY} password x-oauth-basic", [(NETRC, KEY)], True),
    (".netrc", f"# machine a.dev login me password {KEY}\n", [(NETRC + "#", KEY)], True),
    (".netrc", f"machine a.dev login me password {KEY}\nmacdef init\npassword x{OTHER}\n\n", [(NETRC, KEY)], True),
    ("Dockerfile", f'RUN echo "machine a.dev login me password {KEY}" > ~/.netrc', [(NETRC, KEY)], True),
    (".git-credentials", f"https://me:{KEY}@git.acme.dev\nhttps://you%40a.dev:{OTHER}@b.dev\n", None, False),
    (".gitconfig", f'[url "https://{KEY}:x-oauth-basic@git.acme.dev/"]\n  insteadOf = a', [(HOST, KEY)], False),
    (".gitconfig", f"[http]\n\textraheader = AUTHORIZATION: basic {AUTH}\n", [(HOST, AUTH)], False),
    (".gitconfig", f'[url "https://{KEY}@git.acme.dev/"]\n  insteadOf = a', [(HOST, KEY)], False),
    (".config/hub", f"git.acme.dev:\n- user: me\n  oauth_token: {KEY}\n  protocol: https\n", [(HOST, KEY)], False),
    ("home/gh/hosts.yml", f"git.acme.dev:\n    user: me\n    oauth_token: {KEY}\n", [(HOST, KEY)], False),
    (".docker/config.json", json.dumps({"auths": {"a.dev": {"auth": AUTH}}}), [(IMAGES, AUTH)], True),
    ("registry.json", json.dumps({"auths": {"a.dev": {"auth": AUTH}}}, indent=2), [(IMAGES, AUTH)], True),
    (".dockercfg", json.dumps({"https://a.dev/v1/": {"auth": AUTH, "email": "a@a.dev"}}), [(IMAGES, AUTH)], True),
    (
        "setup.json",
        json.dumps({"auths": {"a.dev": {"username": "me", "password": KEY, "auth": AUTH}}}),
        [(IMAGES, KEY), (IMAGES, AUTH)],
        True,
    ),
    (".docker/config.json", json.dumps({"auths": {"a": {"identitytoken": KEY}}}), [(IMAGES, KEY)], True),
    ("deploy.sh", "echo '" + json.dumps({"auths": {"a": {"auth": AUTH}}}) + "' > config.json", [(IMAGES, AUTH)], True),
    ("a.py", f"x = {json.dumps(json.dumps({'auths': {'a': {'auth': AUTH}}}))}", [(IMAGES, AUTH)], True),
]


@pytest.mark.parametrize(("path", "text", "found", "by_content"), FILES)
def test_the_credentials_of_a_client(path: str, text: str, found: Found | None, by_content: bool) -> None:
    wanted = [(HOST, KEY), (HOST, OTHER)] if found is None else found
    named = list({value: (rule, value) for rule, value in reversed(by_path(path, text))}.values())[::-1]
    assert named in (wanted, [])
    assert named or by_content
    assert by_sign(text) == (wanted if by_content else [])


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".netrc", "machine a.dev login $USER password ${TOKEN}\nmachine b.dev login me password <password>\n"),
        (".netrc", f"machine a.dev login anonymous password {KEY}\n"),
        (".netrc", "machine a.dev login me password"),
        (".git-credentials", "https://me:$TOKEN@git.acme.dev\nhttps://git.acme.dev\n"),
        (".gitconfig", "[user]\n\tname = A\n[credential]\n\thelper = store\n[github]\n\tuser = me\n"),
        (".docker/config.json", '{"auths": {"a.dev": {}}, "credsStore": "desktop"}'),
        (".docker/config.json", '{"auths": {"a.dev": {"auth": "$AUTH"}}}'),
        (".docker/config.json", json.dumps({"auths": {"a.dev": {"auth": basic("user:password:here")[:9]}}})),
        ("a.json", '{"auth": "bm90IGEgcGFpciBvZiB0d28gdGhpbmdz"}'),
        ("a.json", json.dumps({"request": {"auth": basic(f"me:{KEY}")}})),
        ("a.json", '{"auth": "basicAuthentication"}'),
    ],
)
def test_references_and_placeholders_are_none(path: str, text: str) -> None:
    assert by_path(path, text) == []
    assert by_sign(text) == []


def test_a_known_default_is_weak() -> None:
    auth = basic("admin:admin")
    assert by_path(".docker/config.json", json.dumps({"auths": {"a": {"auth": auth}}})) == [(IMAGES + "?", auth)]
    assert by_path(".netrc", "machine localhost login deploy password deploy") == [(NETRC + "?", "deploy")]
