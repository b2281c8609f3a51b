"""Files with credentials that stand in another text as base64."""

from __future__ import annotations

import base64
import json
import textwrap

import pytest

from keyguard.rules.examples import fill
from tests.helpers.credential_files import Found, by_sign, made_up

KEY = "private-key-encoded"


def encoded(text: str) -> str:
    """The text in base64."""
    return base64.b64encode(text.encode()).decode()


PEM, LOCKED = encoded(fill("{pem:RSA PRIVATE KEY}", "a")), encoded(fill("{pem-locked:RSA PRIVATE KEY}", "a"))
ACCOUNT = {"type": "service_account", "project_id": "a", "private_key": fill("{pem:PRIVATE KEY}", "b")}
AUTHS = {"auths": {"a.dev": {"auth": encoded(f"me:{made_up(30)}")}}}
CONFIG = f"apiVersion: v1\nkind: Config\nusers:\n- name: me\n  user:\n    client-key-data: {PEM}\n"


@pytest.mark.parametrize(
    ("file", "rule"),
    [
        (fill("{pem:PRIVATE KEY}", "c"), KEY),
        (fill("{pem:OPENSSH PRIVATE KEY}", "d"), KEY),
        (fill("{pem:EC PRIVATE KEY}", "e"), KEY),
        (json.dumps(ACCOUNT), KEY),
        (json.dumps(ACCOUNT, indent=2), KEY),
        (json.dumps(ACCOUNT, separators=(",", ":")), KEY),
        (json.dumps(AUTHS), "container-registry-credential"),
        (json.dumps(AUTHS, indent=2), "container-registry-credential"),
        (json.dumps(AUTHS, indent="\t"), "container-registry-credential"),
        (CONFIG, "kubeconfig-credential"),
    ],
)
@pytest.mark.parametrize("around", ["a: {}\n", 'A="{}"\n', "A={}\n", "echo {} | base64 -d\n", "<a>{}</a>"])
def test_a_file_in_base64(file: str, rule: str, around: str) -> None:
    assert by_sign(around.format(encoded(file))) == [(rule, encoded(file))]


def test_base64_of_several_lines() -> None:
    lines = "\n  ".join(textwrap.wrap(PEM, 76))
    assert by_sign(f"key: |\n  {lines}\nnext: line\n") == [(KEY, lines)]
    assert by_sign(f"# key: {PEM}\n") == [(KEY + "#", PEM)]


@pytest.mark.parametrize(
    "text",
    [
        LOCKED,
        PEM[:60],
        f"x{PEM}",
        encoded(json.dumps({"auths": {}})),
        encoded(json.dumps({"auths": {"a.dev": {"auth": "$AUTH", "email": "me@acme.dev"}}})),
        encoded("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n" * 3),
    ],
)
def test_what_has_no_key_in_it(text: str) -> None:
    found: Found = by_sign(f"a: {text}\n")
    assert found == []
