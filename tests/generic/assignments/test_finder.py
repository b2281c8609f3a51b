"""Passwords, keys and tokens in assignments: found with reasons, graded, and quiet about what is none."""

from __future__ import annotations

import hashlib
import random
import re
from pathlib import Path

import pytest

from keyguard.engine import compiled
from keyguard.generic.assignment_syntax import EXPRESSIONS
from keyguard.generic.assignments import weights
from keyguard.generic.assignments.finder import find, judge_line
from keyguard.model.judged_secret import JudgedSecret
from keyguard.model.scales import Confidence
from tests.generic.assignments.made_up import random_value

VALUE = random_value("assignments", 20)
#: of ``keyguard/generic/assignments/model.bin``: weights change on purpose only, by ``tools/train_generic.py``
DIGEST = "636c21437b069cb21b73ecaf5561284cf853bd8192ed4fb78ec1071f3777ac40"

SECRETS = (
    (".env", f"DB_PASSWORD={VALUE}"),
    ("settings.py", f'SECRET_KEY = "{VALUE}"'),
    ("application.yml", f"    password: {VALUE}"),
    ("config.json", f'{{"clientSecret": "{VALUE}"}}'),
    ("app.js", f'const jwtSecret = "{VALUE}";'),
    ("db.properties", f"jdbc.password={VALUE}"),
    ("context.xml", f'<Resource username="shop" password="{VALUE}"/>'),
    ("deploy.yaml", f'- name: API_TOKEN\n  value: "{VALUE}"'),
    ("Config.java", f'String dbPassword = "{VALUE}";'),
    ("main.go", f'apiToken := "{VALUE}"'),
    ("config.php", f"define('DB_PASSWORD', '{VALUE}');"),
)
NONE = (
    ("settings.py", 'SECRET_KEY = os.environ["SECRET_KEY"]'),
    (".env", "DB_PASSWORD=$PASSWORD"),
    ("app.js", 'const label = { password: "Password", token: "Token" };'),
    ("app.tsx", '<input type="password" name="password" autoComplete="current-password" />'),
    ("routes.rb", 'get "/password/reset", to: "passwords#edit"'),
    ("main.c", 'static const char *key_types[] = { "rsa", "dsa" };'),
    ("package.json", '"jsonwebtoken": "^9.0.2",'),
    ("a.yml", "secretName: shop-database-credentials"),
    ("a.yml", "key: app.kubernetes.io/name"),
)


def found_in(path: str, text: str) -> list[JudgedSecret]:
    """What the finder yields at the hits of the expressions, as the engine calls it."""
    data = text.encode()
    ends = {
        one.end() for text_ in EXPRESSIONS for one in re.finditer(text_.encode(), data, re.IGNORECASE | re.MULTILINE)
    }
    return list(dict.fromkeys(one for end in sorted(ends) for one in find(data, end, path.encode())))


@pytest.mark.parametrize(("path", "text"), SECRETS)
def test_a_secret_is_found_with_reasons(path: str, text: str) -> None:
    (found,) = found_in(path, text)
    assert text.encode()[found.start : found.end] == VALUE.encode()
    assert found.confidence is Confidence.HIGH
    assert not found.weak
    assert not found.comment
    assert found.rule == ("generic-password" if "assword" in text or "PASSWORD" in text else "generic-secret")
    assert len(found.reasons) >= 3
    assert not any(VALUE in reason for reason in found.reasons)


@pytest.mark.parametrize(("path", "text"), NONE)
def test_what_is_none_is_not_found(path: str, text: str) -> None:
    assert found_in(path, text) == []


def test_a_default_is_weak_and_a_comment_is_one() -> None:
    (weak,) = found_in(".env", "DB_PASSWORD=admin123")
    (comment,) = found_in("settings.py", f'# PASSWORD = "{VALUE}"')
    assert weak.weak
    assert comment.comment
    assert not comment.weak


def test_what_scores_below_what_fails_a_run_is_doubtful() -> None:
    (found,) = found_in("a.tsx", 'const x = { passcode: "recoveryCode" };')
    assert found.confidence is Confidence.MEDIUM
    assert found.weak
    assert found.reasons[-1].startswith("doubtful")
    (verdict,) = judge_line(b'const x = { passcode: "recoveryCode" };', 1, b"a.tsx")
    assert verdict.answer == "doubtful, confidence medium"


@pytest.mark.parametrize("value", ["abcdabcdabcd1234", "ab12cab12cab12c9"])
def test_a_few_characters_repeated_are_a_sample(value: str) -> None:
    (found,) = found_in("a.yml", f"api_token: {value}")
    assert found.weak


def test_a_password_that_is_the_name_of_the_user_beside_it_is_weak() -> None:
    (found,) = found_in("compose.yml", "- POSTGRES_USER=zanthor\n- POSTGRES_PASSWORD=zanthor\n")
    assert found.weak
    (found,) = found_in("compose.yml", "- POSTGRES_USER=acme\n- POSTGRES_PASSWORD=zanthor\n")
    assert not found.weak


def test_nothing_is_said_of_the_length_of_what_a_person_chose() -> None:
    (found,) = found_in(".env", "DB_PASSWORD=hunter2")
    assert found.guessable
    assert not re.search(r"\d", "".join(found.reasons))


def test_without_a_path_what_the_gates_leave_over_is_found() -> None:
    (found,) = found_in("", f"DB_PASSWORD={VALUE}")
    assert found.confidence is Confidence.MEDIUM
    assert found_in("", "DB_PASSWORD=$OTHER") == []


def test_the_verdict_of_a_line_names_the_gate_or_the_score() -> None:
    data = f'x = 1\nSECRET_KEY = "{VALUE}"\nTOKEN = os.getenv("TOKEN_7")\n'.encode()
    assert judge_line(data, 1, b"settings.py") == []
    (secret,) = judge_line(data, 2, b"settings.py")
    assert secret.answer == "secret, confidence high"
    assert secret.steps[0].startswith("score ")
    (lookup,) = judge_line(data, 3, b"settings.py")
    assert lookup.answer == "no secret"
    assert lookup.steps[0].startswith("gate lookup")
    assert judge_line(data, 9, b"settings.py") == []
    assert not any(VALUE in step for step in secret.steps)


def test_the_engine_finds_them_too() -> None:
    data = "\n".join(text for path, text in SECRETS if path == ".env").encode()
    found = compiled.load().matcher.find(data, b".env").matches
    assert [one.secret for one in found] == [VALUE.encode()]


def test_the_weights_are_those_of_the_model_card() -> None:
    assert hashlib.sha256(Path(weights.PATH).read_bytes()).hexdigest() == DIGEST
    assert Path(weights.PATH).stat().st_size <= 100_000


def test_a_generated_project_is_found_and_nothing_else() -> None:
    source = random.Random(14)
    names = ("DB_PASSWORD", "SECRET_KEY", "API_TOKEN", "SMTP_PASSWORD", "CLIENT_SECRET", "ENCRYPTION_KEY", "AUTH_TOKEN")
    noise = (
        "PORT=8080",
        "HOST=localhost",
        "TOKEN_TTL=3600",
        "PASSWORD_MIN_LENGTH=12",
        "KEY_PREFIX=shop",
        "AUTHOR=acme",
    )
    lines, secrets = [], []
    for number in range(120):
        if source.random() < 0.5:
            secrets.append(random_value(f"project {number}", source.randint(12, 48)))
            lines.append(f"{source.choice(names)}={secrets[-1]}")
        else:
            lines.append(source.choice(noise))
    text = "\n".join(lines) + "\n"
    found = [text[one.start : one.end] for one in found_in("prod.env", text)]
    assert set(found) <= set(secrets)
    assert len(found) >= 0.97 * len(secrets)
