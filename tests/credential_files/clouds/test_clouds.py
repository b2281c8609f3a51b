"""Credentials of clusters and clouds."""

from __future__ import annotations

import base64
import json

import pytest

from keyguard.rules.examples import fill
from tests.helpers.credential_files import Found, by_path, by_sign, made_up

CLUSTER, SECRET, CLOUD = "kubeconfig-credential", "kubernetes-secret", "cloud-credential"
KEY, OTHER, LONG = made_up(7), made_up(8), made_up(9, 900)
PEM = base64.b64encode(fill("{pem:RSA PRIVATE KEY}", "a").encode()).decode()
LOCKED = base64.b64encode(fill("{pem-locked:RSA PRIVATE KEY}", "a").encode()).decode()


def encoded(text: str) -> str:
    """The text in base64."""
    return base64.b64encode(text.encode()).decode()


REGISTRY = encoded(json.dumps({"auths": {"a.dev": {"auth": encoded(f"me:{KEY}")}}}))
SETTINGS = encoded(f"spring:\n  datasource:\n    url: jdbc\n    password: {KEY}\n")
HEAD = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: shop\ntype: Opaque\n"
CONTEXT = "current-context: a\nusers:\n- name: me\n  user:\n"

FILES = [
    ("k.yaml", f"{CONTEXT}    client-key-data: {PEM}\n", [(CLUSTER, PEM)], True),
    (".kube/config", f"{CONTEXT}    token: {KEY}\n", [(CLUSTER, KEY)], True),
    ("k.yaml", f"{CONTEXT}    token: {LONG}\n", [(CLUSTER, LONG)], True),
    ("kubeconfig", f"{CONTEXT}    username: me\n    password: {KEY}\n", [(CLUSTER, KEY)], True),
    (
        "k.json",
        json.dumps({"current-context": "a", "users": [{"user": {"token": KEY, "client-key-data": PEM}}]}),
        [(CLUSTER, KEY), (CLUSTER, PEM)],
        True,
    ),
    (
        "boot.sh",
        f"cat > ~/.kube/config <<EOF\nkind: Config\n{CONTEXT}    client-key-data: {PEM}\nEOF\n",
        [(CLUSTER, PEM)],
        True,
    ),
    ("s.yaml", f"{HEAD}data:\n  db-password: {encoded(KEY)}\n", [(SECRET, encoded(KEY))], True),
    ("s.yaml", f"data:\n  password: {encoded(KEY)}\nkind: Secret\n", [(SECRET, encoded(KEY))], True),
    ("s.yaml", f"{HEAD}stringData:\n  DB_PASS: '{KEY}'\n", [(SECRET, KEY)], True),
    ("s.yaml", f"{HEAD}data:\n  api-token: {encoded(KEY)}\n", [(SECRET, encoded(KEY))], True),
    ("s.yaml", f"{HEAD}data:\n  shop: {encoded(KEY)}\n", [(SECRET + "~", encoded(KEY))], True),
    ("s.yaml", f"{HEAD}data:\n  tls.crt: {encoded(KEY)}\n  tls.key: {PEM}\n", [(SECRET, PEM)], True),
    ("s.yaml", f"{HEAD}data:\n  .dockerconfigjson: {REGISTRY}\n", [(SECRET, REGISTRY)], True),
    ("s.yaml", f"{HEAD}data:\n  application.yml: {SETTINGS}\n", [(SECRET, SETTINGS)], True),
    ("s.yaml", f"{HEAD}data:\n  url: {encoded(f'amqp://me:{KEY}@mq:5672')}\n", None, True),
    (
        "all.yaml",
        f"kind: ConfigMap\ndata:\n  password: {encoded(OTHER)}\n---\n{HEAD}data:\n  password: {encoded(KEY)}\n",
        [(SECRET, encoded(KEY))],
        True,
    ),
    (
        "list.yaml",
        (
            "kind: List\nitems:\n- kind: ConfigMap\n  data:\n    password: x1y2z3w4\n- kind: Secret\n  data:\n"
            f"    password: {encoded(KEY)}\n"
        ),
        [(SECRET, encoded(KEY))],
        True,
    ),
    ("s.json", json.dumps({"kind": "Secret", "data": {"password": encoded(KEY)}}), [(SECRET, encoded(KEY))], True),
    (".aws/credentials", f"[default]\naws_session_token = {LONG}\n", [(CLOUD, LONG)], True),
    (".s3cfg", f"[default]\nhost_bucket = a\nsecret_key = {KEY}\n", [(CLOUD, KEY)], True),
]


@pytest.mark.parametrize(("path", "text", "found", "by_content"), FILES)
def test_the_credentials_of_clusters_and_clouds(path: str, text: str, found: Found | None, by_content: bool) -> None:
    wanted = [(SECRET, encoded(f"amqp://me:{KEY}@mq:5672"))] if found is None else found
    assert by_path(path, text) in (wanted, [])
    assert by_sign(text) == (wanted if by_content else [])


@pytest.mark.parametrize(
    "text",
    [
        f"{CONTEXT}    token: ${{TOKEN}}\n    client-key-data: REDACTED\n",
        f"{CONTEXT}    client-key: /home/me/.minikube/client.key\n",
        f"{CONTEXT}    exec:\n      command: aws\n",
        f"{HEAD}data:\n  username: {encoded('deploy')}\n  host: {encoded('db.acme.dev')}\n",
        f"{HEAD}data:\n  password: {{{{ .Values.password | b64enc }}}}\n  token: <base64>\n",
        f"{HEAD}stringData:\n  password: ENC[AES256_GCM,data:{KEY},iv:{OTHER},type:str]\n",
        f"{HEAD}data:\n  ca.crt: {encoded('-----BEGIN CERTIFICATE-----' + KEY)}\n  tls.key: {LOCKED}\n",
        f"kind: SealedSecret\nspec:\n  encryptedData:\n    password: {LONG}\n",
        f"kind: ConfigMap\ndata:\n  password: {encoded(KEY)}\n",
        "aws_session_token = ${AWS_SESSION_TOKEN}\nsecret_key = %(key)s\nhost_bucket = a\n",
    ],
)
def test_references_encrypted_values_and_what_is_no_secret(text: str) -> None:
    assert by_sign(text) == []
    assert by_path("kubeconfig", text) == []


def test_a_known_default_is_weak() -> None:
    assert by_sign(f"{HEAD}data:\n  password: {encoded('postgres')}\n") == [(SECRET + "?", encoded("postgres"))]
