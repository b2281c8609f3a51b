"""Keys in what builds and runs programs, and in what tools remember: beside the examples in ``data/``."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.calling import FORMATS, Inside
from tests.helpers.repos import Repo
from tests.helpers.seeing import key

pytest_plugins = ("tests.helpers.commandline",)

LIVE, TEST = key("sk_live_{alnum:32}"), key("sk_test_{alnum:32}")
PASSWORD = key("{alnum:20}")


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo(tmp_path / "shop")


def said(inside: Inside, repo: Repo, check: str) -> list[dict[str, Any]]:
    """The findings of one check."""
    out = inside("scan", "-f", "json", "--only", "hygiene", "--no-history", "--select", check, cwd=repo.path)
    assert not [secret for secret in (LIVE, TEST, PASSWORD) if secret in out.out]
    found: list[dict[str, Any]] = out.document["findings"]
    return found


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def secret(**values: str) -> str:
    lines = "".join(f"  {name.replace('_', '-')}: {value}\n" for name, value in values.items())
    return f"apiVersion: v1\nkind: Secret\nmetadata:\n  name: mail\ndata:\n{lines}"


def where(found: list[dict[str, Any]]) -> list[tuple[str, int]]:
    return [(place["path"], place["line"]) for one in found for place in one["occurrences"]]


# --- files of a kind -----------------------------------------------------------------------------------------------


def test_a_key_is_said_once_a_file_with_all_its_places(inside: Inside, repo: Repo) -> None:
    repo.write("Dockerfile", f"FROM a\nENV SENDMAILOS_KEY={LIVE}\nRUN curl api.sendmailos.com -H 'Bearer {LIVE}'\n")
    (found,) = said(inside, repo, "key-in-dockerfile")
    assert where([found]) == [("Dockerfile", 2), ("Dockerfile", 3)]
    assert found["message"] == "SendMailOS live key in ENV of Dockerfile"


def test_a_test_key_is_less_bad_and_a_publishable_one_is_none(inside: Inside, repo: Repo) -> None:
    repo.write("compose.yml", f"x:\n  SENDMAILOS_KEY: {TEST}\n  STRIPE_KEY: {key('pk_live_{alnum:24}')}\n")
    (found,) = said(inside, repo, "key-in-compose")
    assert (found["severity"], found["environment"]) == ("medium", "test")


@pytest.mark.parametrize(("host", "count"), [("db", 0), ("shop-db:5432", 0), ("localhost", 0), ("db.acme.io:5432", 1)])
def test_the_password_of_a_service_beside_it_opens_nothing(inside: Inside, repo: Repo, host: str, count: int) -> None:
    repo.write("docker-compose.yml", f"x:\n  DATABASE_URL: postgres://shop:{PASSWORD}@{host}/shop\n")
    found = said(inside, repo, "key-in-compose")
    assert [one["message"] for one in found] == ["Password in a PostgreSQL URL in docker-compose.yml"] * count


@pytest.mark.parametrize("path", ["node_modules/x/Dockerfile", "vendor/x/Dockerfile"])
def test_what_others_wrote_is_left_alone(inside: Inside, repo: Repo, path: str) -> None:
    repo.write(path, f"ENV SENDMAILOS_KEY={LIVE}\n").add().commit()
    assert not said(inside, repo, "key-in-dockerfile")


# --- Kubernetes ------------------------------------------------------------------------------------------------------


def test_base64_is_looked_through_and_never_shown(inside: Inside, repo: Repo) -> None:
    repo.write("secret.yaml", secret(mail=encoded(f"SENDMAILOS_API_KEY={LIVE}"), other=encoded("PORT=1")))
    for name in FORMATS:
        out = inside("scan", "-f", name, "--only", "hygiene", cwd=repo.path).out
        assert "key-in-k8s" in out
        assert encoded(f"SENDMAILOS_API_KEY={LIVE}")[:30] not in out
        assert LIVE not in out
    (found,) = said(inside, repo, "key-in-k8s")
    assert found["vendor"] == "sendmailos"
    assert found["environment"] == "live"
    assert where([found]) == [("secret.yaml", 6)]
    assert found["message"] == "SendMailOS live key in base64 in a Secret in secret.yaml"


def test_what_is_found_in_base64_is_known_to_other_checks(inside: Inside, repo: Repo) -> None:
    repo.write("k8s/staging/secret.yaml", secret(SENDMAILOS=encoded(LIVE)))
    repo.write("k8s/dev/secret.yaml", secret(SENDMAILOS=encoded(LIVE)))
    assert where(said(inside, repo, "live-key-in-dev")) == [("k8s/dev/secret.yaml", 6)]
    assert len(where(said(inside, repo, "key-shared-across-environments"))) == 2


def test_a_value_that_a_finding_of_its_own_names_is_not_said_again(inside: Inside, repo: Repo) -> None:
    repo.write(
        "secret.yaml",
        secret(
            db_password=encoded(PASSWORD),
            password_hint=encoded("the name of my first dog"),
            public_key=encoded(PASSWORD),
            token=encoded("changeme-changeme"),
            broken_token="%%%%notbase64",
            note=encoded(PASSWORD),
        ),
    )
    assert not said(inside, repo, "key-in-k8s")
    found = json.loads(inside("scan", "-f", "json", "--only", "keys", cwd=repo.path).out)["findings"]
    assert {(one["rule"], one["occurrences"][0]["line"]) for one in found} >= {("kubernetes-secret", 6)}
    assert encoded(PASSWORD) not in json.dumps(found)


def test_words_and_what_stands_within_a_value_are_none(inside: Inside, repo: Repo) -> None:
    nested = f"  config.yaml: |\n    clients:\n      token: {PASSWORD}\n    password: {PASSWORD}\n"
    text = secret(token=encoded(encoded("example-app-secret"))).replace("\ndata:", "\nstringData:") + nested
    repo.write("secret.yaml", text)
    assert not said(inside, repo, "key-in-k8s")


@pytest.mark.parametrize("path", ["tests/secret.yaml", "examples/secret.yaml", "k8s/dev/secret.yaml"])
def test_such_a_value_is_nothing_where_nothing_is_at_stake(inside: Inside, repo: Repo, path: str) -> None:
    repo.write(path, secret(password=encoded(PASSWORD)))
    assert not said(inside, repo, "key-in-k8s")


def test_a_key_in_clear_is_said_once(inside: Inside, repo: Repo) -> None:
    text = secret(sendmailos_key=LIVE).replace("\ndata:", "\nstringData:")
    repo.write("secret.yaml", text + "---\n" + text)
    (found,) = said(inside, repo, "key-in-k8s")
    assert len(where([found])) == 2


# --- notebooks, git, pipelines -----------------------------------------------------------------------------------------


def test_only_what_a_notebook_printed_is_its_output(inside: Inside, repo: Repo) -> None:
    cell = {"cell_type": "code", "outputs": [{"text": [f"SENDMAILOS_API_KEY={LIVE}\n"]}], "source": ["1"]}
    code = {"cell_type": "code", "outputs": [], "source": [f"SENDMAILOS_API_KEY='{TEST}'\n"]}
    repo.write("a.ipynb", json.dumps({"cells": [code, cell]}, indent=1)).write("b.ipynb", json.dumps({"cells": [code]}))
    (found,) = said(inside, repo, "key-in-notebook-output")
    assert (found["environment"], where([found])[0][0]) == ("live", "a.ipynb")


def test_the_configuration_of_the_repository_itself_is_looked_at(inside: Inside, repo: Repo) -> None:
    repo.write("a.txt", "").git("remote", "add", "origin", f"https://bot:{PASSWORD}@git.acme.io/acme/shop.git")
    (found,) = said(inside, repo, "key-in-git-config")
    assert found["message"] == "a password in the address of git.acme.io in .git/config"
    (place,) = found["occurrences"]
    assert place["snippet"]["text"] == "url = https://bot:********@git.acme.io/acme/shop.git"


def test_a_token_that_a_rule_knows_is_named(inside: Inside, repo: Repo) -> None:
    token = key("ghp_{github:30}")
    repo.write(".git-credentials", f"https://acme:{token}@github.com\n")
    (found,) = said(inside, repo, "key-in-git-config")
    assert (found["vendor"], token in json.dumps(found)) == ("github", False)


WORKFLOW = "env:\n  KEY: ${{{{ secrets.SENDMAILOS_API_KEY }}}}\njobs:\n  a:\n    steps:\n      - run: {}\n"


@pytest.mark.parametrize(
    ("command", "severity"),
    [
        ("echo $KEY", "low"),
        ('echo "${KEY}" && ls', "low"),
        ("printf '%s' \"$KEY\" | rev", "high"),
        ("echo ${{ secrets.OTHER }} | base64 -w0", "high"),
        ("echo ${{ secrets.DEPLOY_TOKEN }}", "low"),
        ("echo $KEY >&2", "low"),
        ("echo $SENDMAILOS_API_KEY", "low"),
    ],
)
def test_secrets_that_a_pipeline_prints(inside: Inside, repo: Repo, command: str, severity: str) -> None:
    repo.write(".github/workflows/a.yml", WORKFLOW.format(command))
    (found,) = said(inside, repo, "key-in-ci")
    assert found["severity"] == severity


@pytest.mark.parametrize(
    "command",
    [
        "echo $KEY | gh auth login --with-token",
        'echo "KEY=$KEY" >> $GITHUB_ENV',
        "echo $KEY > key.txt",
        "echo $KEYS ${KEY_FILE}",
        "echo '$KEY'",
        "echo \\$KEY",
        "echo $KEY | base64 --decode > key.json",
        "X=$(echo $KEY | base64)",
        'curl -H "Authorization: $KEY" https://acme.io',
        'echo start; curl -H "Authorization: $KEY" https://acme.io',
        "echo start && ./ship $KEY",
        'echo "::add-mask::$KEY"',
        "echo ${#KEY} ${KEY:+set} ${KEY:0:3}",
        "echo $STRIPE_PUBLISHABLE_KEY $NEXT_PUBLIC_API_KEY",
        "my-echo $KEY",
        "echo ${{ secrets.ZONE_ID }}",
        'echo KEY is $([ -n "$KEY" ] && echo set)',
        "|\n          {\n            echo KEY=$KEY\n            echo a\n          } >> $GITHUB_OUTPUT",
        "for secret_key in A B; do echo $secret_key; done",
    ],
)
def test_secrets_that_a_pipeline_hands_on(inside: Inside, repo: Repo, command: str) -> None:
    repo.write(".github/workflows/a.yml", WORKFLOW.format(command))
    assert not said(inside, repo, "key-in-ci")


# --- what code prints ------------------------------------------------------------------------------------------------

PRINTED = [
    ("a.js", "console.log(process.env.SENDMAILOS_API_KEY)"),
    ("a.js", "console.log('a', process.env['SENDMAILOS_API_KEY'] || 'none');"),
    ("a.ts", "console.error(`key ${process.env.SENDMAILOS_API_KEY}`);"),
    ("a.ts", "const mailKey: string = process.env.SENDMAILOS_API_KEY!;\nconsole.log({ mailKey });"),
    ("a.js", "const mailKey = process.env.SENDMAILOS_API_KEY;\nif (debug) {\n  logger.debug('x: ' + mailKey);\n}"),
    ("a.py", "print(os.getenv('SENDMAILOS_API_KEY'))"),
    ("a.py", "logging.info('key %s', os.environ['SENDMAILOS_API_KEY'])"),
    ("a.py", "mail_key = os.environ.get('SENDMAILOS_API_KEY', '')\nprint(f'{mail_key=}')"),
    ("a.rb", "puts ENV['SENDMAILOS_API_KEY']"),
    ("a.rb", "Rails.logger.info(\"key #{ENV['SENDMAILOS_API_KEY']}\")"),
    ("a.php", "<?php\nvar_dump(getenv('SENDMAILOS_API_KEY'));"),
    ("a.php", "<?php\necho $_ENV['SENDMAILOS_API_KEY'];"),
    ("a.go", 'fmt.Println("key", os.Getenv("SENDMAILOS_API_KEY"))'),
    ("a.go", 'mailKey := os.Getenv("SENDMAILOS_API_KEY")\nlog.Printf("key %s", mailKey)'),
    ("A.java", 'System.out.println("key " + System.getenv("SENDMAILOS_API_KEY"));'),
    ("a.cs", 'Console.WriteLine(Environment.GetEnvironmentVariable("SENDMAILOS_API_KEY"));'),
    ("a.exs", 'IO.inspect(System.get_env("SENDMAILOS_API_KEY"))'),
    ("a.sh", 'echo "$SENDMAILOS_API_KEY"'),
    ("Dockerfile", "FROM a\nRUN echo $SENDMAILOS_API_KEY"),
]

KEPT = [
    ("a.js", "console.log(mask(process.env.SENDMAILOS_API_KEY))"),
    ("a.js", "console.log(process.env.SENDMAILOS_API_KEY === undefined)"),
    ("a.js", "console.log('SENDMAILOS_API_KEY', process.env.SENDMAILOS_API_KEY && 'set')"),
    ("a.js", "console.log('a');\nconst x = process.env.SENDMAILOS_API_KEY;"),
    ("a.js", "console.log('a')\nconst x = process.env.SENDMAILOS_API_KEY"),
    ("a.js", "console.log('a'), send(process.env.SENDMAILOS_API_KEY)"),
    ("a.js", "const key = process.env.SENDMAILOS_API_KEY;\nfor (const key of names) console.log(key);"),
    ("a.js", "const mailKey = Boolean(process.env.SENDMAILOS_API_KEY);\nconsole.log(mailKey);"),
    ("a.js", "const hasKey = process.env.SENDMAILOS_API_KEY ? 1 : 0;\nconsole.log(hasKey);"),
    (
        "a.js",
        "const mailKey = process.env.SENDMAILOS_API_KEY;\nconsole.log('mailKey', mailKey.length, config.mailKey);",
    ),
    (
        "a.js",
        "const mailKey = process.env.SENDMAILOS_API_KEY;\nconsole.log(mailKeys, { mailKey: mailKey ? 'set' : '' });",
    ),
    ("a.js", "dialog(process.env.SENDMAILOS_API_KEY); blueprint(process.env.SENDMAILOS_API_KEY)"),
    ("a.js", "catalog.add(process.env.SENDMAILOS_API_KEY)"),
    ("a.js", "console.log(process.env.SENDMAILOS_KEYBOARD, process.env.MONKEY)"),
    ("a.py", "print('missing' if not os.environ.get('SENDMAILOS_API_KEY') else 'set')"),
    ("a.py", "print(len(os.environ['SENDMAILOS_API_KEY']))"),
    ("a.py", "print(os.environ['SENDMAILOS_API_KEY'][:4])"),
    ("a.py", "# print(os.environ['SENDMAILOS_API_KEY'])"),
    ("a.py", "client = Client(os.environ['SENDMAILOS_API_KEY'])\nprint(client)"),
    ("a.rb", "puts ENV['SENDMAILOS_API_KEY'].size"),
    ("a.go", 'if os.Getenv("SENDMAILOS_API_KEY") == "" {\n\tlog.Fatal("no key")\n}'),
    ("tests/a.py", "print(os.environ['SENDMAILOS_API_KEY'])"),
    ("docs/a.js", "console.log(process.env.SENDMAILOS_API_KEY)"),
    ("a.sh", 'echo "$SENDMAILOS_API_KEY" | sha256sum'),
]


@pytest.mark.parametrize(("path", "code"), PRINTED)
def test_secrets_that_code_prints(inside: Inside, repo: Repo, path: str, code: str) -> None:
    repo.write(path, code + "\n")
    (found,) = said(inside, repo, "key-logged")
    assert "SENDMAILOS_API_KEY" in found["message"]


@pytest.mark.parametrize(("path", "code"), KEPT)
def test_secrets_that_code_keeps(inside: Inside, repo: Repo, path: str, code: str) -> None:
    repo.write(path, code + "\n")
    assert not said(inside, repo, "key-logged")


def test_of_many_files_those_are_read_whose_names_tell(inside: Inside, repo: Repo) -> None:
    for number in range(510):
        repo.write(f"src/part{number}.js", "1\n")
    repo.write("src/part7.js", PRINTED[0][1]).write("src/config.js", PRINTED[0][1])
    assert where(said(inside, repo, "key-logged")) == [("src/config.js", 1)]
