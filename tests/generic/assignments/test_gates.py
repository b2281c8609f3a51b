"""Each gate drops what it says, and lets secrets pass."""

from __future__ import annotations

import pytest

from keyguard.generic.assignments.candidates import read_line
from keyguard.generic.assignments.gates import dropped, dropped_by_content
from keyguard.generic.assignments.scoring import confidence
from keyguard.model.scales import Confidence
from tests.generic.assignments.made_up import random_value

VALUE = random_value("gates", 18)

DROPPED = (
    ("a.css", f"password: {VALUE}", "file kind"),
    ("yarn.lock", f'token "{VALUE}": "{VALUE}"', "file kind"),
    ("a.py", "password = user_value", "bare in code"),
    ("locales/de.yml", "password: Kennwort", "translation"),
    ("a.yml", "password: self.value7", "reference"),
    ("a.yml", "password: ${DB_PASSWORD}", "reference"),
    ("a.yml", "password: generate(12)x", "call"),
    ("a.py", 'token = os.getenv("TOKEN_7")', "lookup"),
    ("a.json", '"passport-jwt": "^4.0.1"', "number"),
    ("a.json", '"token-lib": "1.2.3"', "number"),
    ("a.json", '"key": "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"', "UUID"),
    ("a.py", f'public_key = "{VALUE}"', "public"),
    ("a.yml", f"password_field: {VALUE}", "public"),
    ("a.yml", f"password_hash: {VALUE}", "digest"),
    ("a.yml", "key: " + random_value("sha", 64, "0123456789abcdef") + "  # sha256", "digest"),
    ("a.yml", "password: /run/secrets/db", "path"),
    ("a.yml", "secret: config/secret.yml", "path"),
    ("a.yml", "token: org.acme.Token", "dotted name"),
    ("a.js", 'password: "^[a-z0-9]+$"', "expression"),
    ("a.js", 'password: "The password is wrong"', "prose"),
    ("a.js", 'key: "ENTER_KEY"', "constant"),
    ("a.js", 'password: "pass-word"', "own name"),
    ("a.js", 'key: "submit"', "identifier"),
    ("a.yml", "password: change-me", "placeholder"),
    ("a.yml", 'password: "<your-password>"', "placeholder"),
    ("a.yml", "password: ENC[PKCS7,abcdef]", "ciphertext"),
    ("a.yml", "password: aaaaaaaa", "same character"),
    ("a.yml", "password: required", "word"),
    ("a.yml", "password: !!null", "word"),
    ("a.yml", "keepass2: 2.25+dfsg-1ubuntu0.1", "number"),
    ("a.yml", "passwd: 1:4.1.5.1-1ubuntu9", "number"),
    ("a.js", 'renderKey: "1011644471929553"', "number"),
    ("a.yml", "token: x:9@sha256:" + random_value("image", 64, "0123456789abcdef"), "digest"),
    ("a.yml", "keystone_git_install_branch: " + random_value("branch", 40, "0123456789abcdef"), "public"),
    ("a.csproj", "<UserSecretsId>f81d4fae-7dec-11d0-a765-00a0c91e6bf6</UserSecretsId>", "public"),
    ("a.yml", "cryptsetup_secret_mode: 'u=rwX,g=,o='", "public"),
    ("a.yml", "auth-service:" + random_value("tag", 40, "0123456789abcdef"), "public"),
    ("a.js", '"./password.svg":"2a3d",', "public"),
    ("a.js", 'hwScaleFirstPass = "vpp_rkrga=x4"', "public"),
    ("a.json", '"@x/password-darwin-arm64": "workspace:*"', "path"),
    ("a.yml", "image: valkey:9@sha256:" + random_value("image", 64, "0123456789abcdef"), "public"),
    ("a.yml", "smtp_sasl_password: hash:/etc/postfix/sasl7", "path"),
    ("a.cs", 'UseSdkPasswordGenerators = "pm-19976-use-sdk-password-generators"', "own name"),
    ("a.yml", 'secrets: "BW-GHAPP-ID,BW-GHAPP-KEY"', "constant"),
    ("a.yml", "TOKEN_NOW: 'HIPCHAT_V2_TOKEN'", "constant"),
    ("a.yml", "secret: 'generated-key-that-belongs-TO_THE_SERVER-elsewhere'", "identifier"),
    ("a.yml", "tags: [ 'depend::secret:x', 'secret': 'role::mosquitto:acl' ]", "member"),
    ("a.yml", "key: xray-geodat-", "plain word"),
    ("a.yml", "tlsSecret: wiki.local-tls", "object"),
    ("a.yml", "checksum/secret: " + random_value("manifest", 64, "0123456789abcdef"), "digest"),
    ("a.ini", f"Password_PBKDF2={VALUE}", "digest"),
    ("a.py", "x = {'secret_key': answer['registeruserkeys']['secretkey']}", "lookup"),
    ("a.yml", 'token_max_default: "876000h"', "number"),
    ("a.yml", f'ssha_secret: "{{ssha}}{VALUE}"', "ciphertext"),
    ("a.xml", '<settings pass="oobeSystem">', "word"),
    ("a.yml", "key: LSQuarantine", "plain word"),
    ("a.yml", "tags: ['depend::secret:preseed']", "member"),
    ("a.php", "$token = Password::broker('landlord_users')->createToken($user);", "lookup"),
    ("a.json", '"MAX_OUTPUT_TOKENS": "12000"', "number"),
    ("a.yml", "- secretKey: ZIGBEE2MQTT_CLIENT_ID", "constant"),
    ("a.yml", "- key: EEFB7858B3971AA2", "key number"),
    ("a.sh", "TOKEN_COLOR='#a7c45b'", "public"),
    ("a.sh", "TOKEN_SHOWN='\\e[38;5;245m'", "reference"),
    ("a.env", "SESSION_SECRET=GENERATE_ME_64_RANDOM", "placeholder"),
    ("a.rb", "x: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:mysql-FShJ8c',", "object"),
    ("a.ts", 'x = isOne ? "passcode" : "recoveryCode";', "comparison"),
    ("a.rb", f"next_token = '{VALUE}'", "public"),
    ("a.js", '"NEW.PASSWORD":"' + "\\u5bc6\\u7801" + '",', "prose"),
    ("a.json", '"url": "https://f.example/o/a.svg?alt=media&token=506faab0-617a-4668-9e63-4a2fb9966"', "download"),
    ("a.py", 'keyring.set_password("pgcli", key, value)', "lookup"),
    ("a.yml", "jwt_secret: CHANGE_ME_jwt_secret_min", "placeholder"),
    ("a.yml", "SECRET: e2e-secret-at-least-32-chars-long", "placeholder"),
)
KEPT = (
    ("a.yml", f"password: {VALUE}"),
    ("a.py", f'password = "{VALUE}"'),
    ("a.env", "PASSWORD=hunter2"),
    ("a.js", f'sh("PASSWORD={VALUE} make")'),
    ("a.py", f"# password: {VALUE}"),
    ("a.php", f"'client_secret' => '{VALUE}',"),
    ("locales/de.yml", f"password: {VALUE}"),
    ("a.py", f'encryption_key = "{VALUE}"'),
    ("a.groovy", f'def encryptionKey = "{VALUE}"'),
    ("a.env", f"KEYCLOAK_CLIENT_SECRET={VALUE}"),
    ("a.env", f"KEYSTONE_ADMIN_TOKEN={VALUE}"),
    ("a.yml", f"authSecret: {VALUE}"),
    ("a.py", f'user.set_password("{VALUE}")'),
    ("a.yml", "password: 1.correct-horse-battery"),
)


def gates_of(path: str, line: str) -> list[str]:
    """The gates that drop the candidates of a line; empty for one that passes."""
    data = line.encode()
    answers = [dropped(one) for one in read_line(data, 0, len(data), path.encode())]
    assert answers, "no candidate"
    return [answer[0] if answer else "" for answer in answers]


@pytest.mark.parametrize(("path", "line", "gate"), DROPPED)
def test_what_is_no_secret_is_dropped_by_its_gate(path: str, line: str, gate: str) -> None:
    assert gates_of(path, line)[-1] == gate


@pytest.mark.parametrize(("path", "line"), KEPT)
def test_secrets_pass(path: str, line: str) -> None:
    assert gates_of(path, line)[-1] == ""


def test_without_a_path_only_the_content_counts() -> None:
    data = f"password = {VALUE}".encode()
    (found,) = read_line(data, 0, len(data), b"")
    assert dropped_by_content(found) is None
    data = f"password = x{VALUE}".encode()
    (found,) = read_line(data, 0, len(data), b"a.py")
    assert dropped(found) is not None


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("a.java", 'SecretKeyFactory.getInstance("PBKDF2WithHmacSHA1")'),
        ("a.java", 'createToken("DOUBLE_SLASH")'),
        ("a.py", 'KEY = "[A-Za-z0-9_]+"'),
        ("a.json", '"en_PW": "en_001",'),
        ("a.yml", "update_password: on_create"),
        ("a.yml", "when: update_password == 'on_create'"),
        ("a.py", 'fields = ["login", "user_password", "repo_owner"]'),
        ("a.rb", 'ACCESS_KEY = "_hash_with_indifferent_access"'),
        ("a.py", "STAGES_PASSWORD = 'stages_password.passwordstage'"),
        ("a.html", '<app-login [password]="form.password1"></app-login>'),
        ("a.sh", "gpg --recv-keys 9DC858229FC7DD38"),
        ("a.js", f'docsearch({{apiKey:"{VALUE}",indexName:"shop"}})'),
        ("a.asm", 'table = {"CMPSW": "repeat", "LODSW": "load"}'),
        ("a.conf", "password_timeout = 259200"),
        ("a.json", "reads.key=namespaces/fields/exp02/Sequence"),
        ("a.py", 'IMAGES = ("HTPASSWD_IMAGE", "MOSQUITTO_IMAGE")'),
        ("a.php", "'application/x-keepass2' => ['kdbx'],"),
        ("a.ts", 'passwordWrap: "relative",'),
        ("a.yml", 'salt: "abcdefuvwxyz1357"'),
    ],
)
def test_what_only_looks_like_a_secret_is_dropped(path: str, line: str) -> None:
    data = line.encode()
    found = list(read_line(data, 0, len(data), path.encode()))
    assert [one.name for one in found if dropped(one) is None and confidence(one) is Confidence.HIGH] == []
