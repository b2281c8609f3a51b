"""Options that are named after a password or a token, whatever the program."""

from __future__ import annotations

import pytest

from tests.helpers.generic_secrets import made_up, secrets_in, values_in

PASSWORDS = (
    "wget --user=deploy --password={} https://files.acme.dev/a",
    'wget --http-user deploy --http-password "{}" https://files.acme.dev/a',
    "svn co https://svn.acme.dev --username deploy --password {}",
    "helm upgrade shop ./chart --set auth.password={} --set image.tag=1",
    "helm upgrade shop ./chart --set-string 'postgresql.auth.password={}'",
    "java -Djavax.net.ssl.trustStore=a -Djavax.net.ssl.trust.password={} -jar a.jar",
    'CMD ["redis-server", "--requirepass", "{}"]',
    "command: redis-server --requirepass {} --appendonly yes",
    'args: ["--db-password={}"]',
    "  - --db-password={}",
    '"--password", "{}",',
    "args:\n  - --db-password\n  - {}\n",
    "args: [\n  '--db-password',\n  '{}'\n]",
    "gradlew publish -PstorePassword={}",
    "Import-PfxCertificate -FilePath a.pfx -CertPassword {}",
    "wmic /node:10.1.2.3 /user:a /password:{} process list",
    "requirepass {}",
    "gpg --batch --passphrase {} -d a.gpg",
    "PGPASSWORD={} psql -h db.acme.dev -U shop shop",
    "export MYSQL_PWD='{}'",
    'restic --repo x; RESTIC_PASSWORD="{}" restic snapshots',
)
TOKENS = (
    "sonar-scanner --token {}",
    "sonar-scanner -Dsonar.login={}",
    "goveralls -repotoken {}",
    "deploy --api-key={} --env prod",
    '["acme", "--access-token", "{}"]',
    "az storage blob upload --account-key {}",
)
OTHERS = (
    "deploy --password $PASSWORD", "deploy --password=${PASSWORD}", 'deploy --password "$(cat file)"',
    "deploy --password <password>", "deploy --password PASSWORD", "deploy --password=%PASSWORD%",
    'Error("-Token", "-V2SocketServerMode")',
    "deploy --password-file /run/secrets/db", "deploy --password=/run/secrets/db", "deploy --password file:a.txt",
    "the --password option is for readers", "use --token or --password instead", "--password string   The password",
    'parser.add_argument("--password", help="the password")', '.option("--token", "the token of the account")',
    'click.option("--password", "-p", prompt=True)', '@Option(names = "--password", "description")',
    "deploy --password", "deploy --token=YOUR_TOKEN", "x.password = user.password1", "a.token=b.token2",
    "deploy --password {{ vault_password }}", "--secret id=npm,src=file1", "deploy --token abc123",
)  # fmt: skip


@pytest.mark.parametrize("text", PASSWORDS)
def test_a_password_is_found(text: str) -> None:
    for password in (made_up(10), "Tr1n!ty-44", "hunter2"):
        line = text.replace("{}", password)
        (found,) = secrets_in("command_options", f"set -e\n{line}\n")
        assert (found.rule, line[found.start - 7 : found.end - 7]) == ("command-line-password", password)
        assert (found.weak, found.comment, found.guessable) == (False, False, True)


@pytest.mark.parametrize("text", TOKENS)
def test_a_token_is_found_if_it_is_random(text: str) -> None:
    for length in (20, 40):
        token = made_up(length)
        (found,) = secrets_in("command_options", line := text.replace("{}", token))
        assert line[found.start : found.end] == token
        assert not found.guessable


@pytest.mark.parametrize("text", OTHERS)
def test_a_reference_or_a_description_is_none(text: str) -> None:
    assert values_in("command_options", f"{text}\n") == []


def test_a_known_default_is_weak() -> None:
    (found,) = secrets_in("command_options", "wget --password=letmein https://files.acme.dev/a")
    assert found.weak
