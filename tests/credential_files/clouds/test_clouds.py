"""Credentials of clusters and clouds."""

from __future__ import annotations

import base64
import json

import pytest

from keyguard.rules.examples import fill
from tests.helpers.credential_files import Found, by_path, by_sign, in_hex, made_up

CLUSTER, SECRET, CLOUD = "kubeconfig-credential", "kubernetes-secret", "cloud-credential"
KEY, OTHER, LONG = made_up(7), made_up(8), made_up(9, 900)
APP, HEX = "0a1b2c3d-1111-4222-8333-444455556666", in_hex(1, 32)
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
    (
        "adc.json",
        json.dumps({"client_id": "a", "client_secret": OTHER, "refresh_token": KEY, "type": "authorized_user"}),
        [(CLOUD, KEY)],
        True,
    ),
    ("client_secret_1.json", json.dumps({"installed": {"client_id": "a", "client_secret": KEY}}), [(CLOUD, KEY)], True),
    (".azure/accessTokens.json", json.dumps([{"_authority": "https://a", "refreshToken": KEY}]), [(CLOUD, KEY)], True),
    (
        "sp.json",
        json.dumps({"appId": APP, "displayName": "a", "password": KEY, "tenant": APP}),
        [(CLOUD, KEY)],
        True,
    ),
    (
        "azureauth.json",
        json.dumps({"clientId": APP, "clientSecret": KEY, "activeDirectoryEndpointUrl": "https://a"}),
        [(CLOUD, KEY)],
        True,
    ),
    (
        "msal_token_cache.json",
        json.dumps(
            {
                "RefreshToken": {"a": {"credential_type": "RefreshToken", "secret": KEY}},
                "IdToken": {"b": {"credential_type": "IdToken", "secret": OTHER}},
            }
        ),
        [(CLOUD, KEY)],
        True,
    ),
    ("rclone.conf", f"[a]\ntype = sftp\nhost = b\npass = {KEY}\n", [(CLOUD, KEY)], True),
    (
        "rclone.conf",
        f'[a]\ntype = drive\ntoken = {{"access_token":"x","refresh_token":"{KEY}"}}\n',
        [(CLOUD, KEY)],
        True,
    ),
    ("rclone.conf", f"[a]\ntype = s3\naccess_key_id = b\nsecret_access_key = {KEY}\n", [(CLOUD, KEY)], True),
    ("doctl/config.yaml", f"access-token: {KEY}\ncontext: default\n", [(CLOUD, KEY)], False),
    (".terraformrc", f'credentials "tf.acme.dev" {{\n  token = "{KEY}"\n}}\n', [(CLOUD, KEY)], True),
    ("credentials.tfrc.json", json.dumps({"credentials": {"a.dev": {"token": KEY}}}), [(CLOUD, KEY)], False),
    ("ngrok.yml", f"version: 2\nauthtoken: {KEY}\n", [(CLOUD, KEY)], False),
    ("clouds.yaml", f"clouds:\n  a:\n    auth:\n      username: me\n      password: {KEY}\n", [(CLOUD, KEY)], False),
    ("kaggle.json", json.dumps({"username": "me", "key": HEX}), [(CLOUD, HEX)], True),
    (".vault-token", f"{KEY}\n", [(CLOUD, KEY)], False),
    (".pulumi/credentials.json", json.dumps({"accessTokens": {"https://a": KEY}}), [(CLOUD, KEY)], False),
    ("helm/repositories.yaml", f"repositories:\n- name: a\n  password: {KEY}\n", [(CLOUD, KEY)], False),
    (".tugboat", f"---\nauthentication:\n  access_token: {KEY}\n", [(CLOUD, KEY)], False),
    (".databrickscfg", f"[DEFAULT]\nhost = a\ntoken = {KEY}\n", [(CLOUD, KEY)], False),
    (".dbt/profiles.yml", f"a:\n  outputs:\n    dev:\n      user: me\n      password: {KEY}\n", [(CLOUD, KEY)], False),
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
        f"{HEAD}stringData:\n  password: vault:secret/data/db#password\n  token: ref+vault://a/b#c1d2e3f4g5\n",
        f"{HEAD}stringData:\n  password: ENC[AES256_GCM,data:{KEY},iv:{OTHER},type:str]\n",
        f"{HEAD}data:\n  ca.crt: {encoded('-----BEGIN CERTIFICATE-----' + KEY)}\n  tls.key: {LOCKED}\n",
        f"{HEAD}data:\n  users: {encoded('me:$apr1$Nw1IOL6e$4jtYprJjRMZYNYxn93LB61')}\n",
        f"kind: SealedSecret\nspec:\n  encryptedData:\n    password: {LONG}\n",
        f"kind: ConfigMap\ndata:\n  password: {encoded(KEY)}\n",
        '{"type": "authorized_user", "refresh_token": "<refresh token>"}',
        '{"installed": {"client_id": "a", "client_secret": "YOUR_CLIENT_SECRET"}}',
        '{"appId": "0a1b2c3d-1111-4222-8333-444455556666", "tenant": "a"}',
        "[a]\ntype = crypt\npassword = *** ENCRYPTED ***\n",
        "[a]\ntype = sftp\nhost = b\nkey_file = ~/.ssh/id\n",
        'credentials "tf.acme.dev" {\n  token = "${TOKEN}"\n}\n',
        "aws_session_token = ${AWS_SESSION_TOKEN}\nsecret_key = %(key)s\nhost_bucket = a\n",
    ],
)
def test_references_encrypted_values_and_what_is_no_secret(text: str) -> None:
    assert by_sign(text) == []
    assert by_path("kubeconfig", text) == []


@pytest.mark.parametrize("rest", [f"username: {encoded('acmeco')}\n  password", "acmeco-password"])
def test_the_name_of_the_account_or_of_the_secret_is_weak(rest: str) -> None:
    text = HEAD.replace("name: shop", "name: acmeco-db") + f"data:\n  {rest}: {encoded('acmeco')}\n"
    assert by_sign(text) == [(SECRET + "?", encoded("acmeco"))]


def test_a_known_default_is_weak() -> None:
    assert by_sign(f"{HEAD}data:\n  password: {encoded('<password>')}\n") == [(SECRET + "?", encoded("<password>"))]
    assert by_sign(f"{HEAD}data:\n  password: {encoded('postgres')}\n") == [(SECRET + "?", encoded("postgres"))]
