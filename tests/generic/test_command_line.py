"""Passwords among the arguments of programs, in shells and in lists of code."""

from __future__ import annotations

import pytest

from keyguard.model.scales import Confidence
from tests.helpers.generic_secrets import made_up, secrets_in, values_in

PASSWORDS = (made_up(8), made_up(20), "Tr1n!ty-44", "hunter2", "kestrelLane")
#: what a command looks like with a password in it
COMMANDS = (
    "curl -u deploy:{} https://ci.acme.dev/job",
    "curl -sSL -X POST --user 'deploy:{}' https://ci.acme.dev/job",
    'curl -fsu "deploy:{}" -T a.jar https://nexus.acme.dev/x',
    "curl -s \\\n  -X POST \\\n  -u deploy:{} \\\n  https://ci.acme.dev/job",
    "curl --proxy-user corp:{} -x proxy.acme.dev:3128 https://acme.dev",
    "http -a deploy:{} https://api.acme.dev/x",
    "mysql -u shop -p{} shop",
    "mysqldump -h db.acme.dev -uroot -p'{}' --all-databases",
    "sshpass -p {} ssh root@10.1.2.3",
    "security set-key-partition-list -S apple-tool: -s -k {} ci.keychain",
    "racadm -r 10.1.2.3 -u root -p {} getsysinfo",
    "docker login -u deploy -p {} registry.acme.dev",
    "helm registry login -u deploy -p {} registry.acme.dev",
    "redis-cli -h cache.acme.dev -a {} ping",
    "mongo --host db.acme.dev -u admin -p {} --quiet",
    "openssl rsa -in a.pem -passin pass:{} -out b.pem",
    "keytool -genkey -alias a -keystore a.jks -storepass {}",
    "htpasswd -bc /etc/nginx/users deploy {}",
    "htpasswd -nb deploy {}",
    "sqlcmd -S db.acme.dev -U sa -P '{}' -Q 'select 1'",
    "ldapsearch -x -H ldap://ldap.acme.dev -D cn=admin -w {} -b dc=acme",
    "smbclient //nas/share -U deploy%{}",
    "mount -t cifs //nas/share /mnt -o username=deploy,password={},uid=1000",
    "sqlplus shop/{}@db.acme.dev:1521/XE",
    'subprocess.run(["mysql", "-u", "root", "-p{}", "shop"])',
    "args: ['sshpass', '-p', '{}', 'ssh', 'root@10.1.2.3']",
    "net use Z: \\\\nas\\share /user:deploy {}",
    'ConvertTo-SecureString "{}" -AsPlainText -Force',
    "mysqladmin -u root -h db.acme.dev password '{}'",
    "command:\n  - mysql\n  - -u\n  - root\n  - -p{}\n",
    'args: [\n  "sshpass",\n  "-p",\n  "{}",\n  "ssh"\n]',
    "ssh-keygen -t ed25519 -N '{}' -f key",
    "nmcli device wifi connect acme password {}",
    "plink -ssh root@10.1.2.3 -pw {} uptime",
    "snowsql -a acme -u shop -p {}",
    "twine upload -u deploy -p {} dist/*",
    'dotnet user-secrets set "Db:Password" "{}"',
    "gh secret set DB_PASSWORD --body '{}'",
    "db2 connect to shop user shop using {}",
    "kubectl create secret generic db --from-literal=password={}",
)
#: no password, or none that anybody could use
OTHERS = (
    "security import ./dev.pfx -k ~/Library/Keychains/Login.keychain",
    "racadm raid get pdisks -o -p state",
    "curl -u deploy https://ci.acme.dev/job",
    "curl -u deploy:$PASSWORD https://ci.acme.dev/job",
    'curl -u "deploy:${{PASSWORD}}" https://ci.acme.dev/job',
    "curl -u deploy:<password> https://ci.acme.dev/job",
    "curl -u {{user}}:{{password}} https://ci.acme.dev/job",
    "curl -u %USER%:%PASSWORD% https://ci.acme.dev/job",
    "curl -u $(cat user):$(cat password) https://ci.acme.dev/job",
    "curl https://ci.acme.dev:8443/job",
    "mysql -u root -p shop",
    "mysql -p -u root",
    "mysql -P 3306 --port=3306 --protocol=tcp",
    "docker run -p 8080:80 nginx",
    "docker login -u deploy -p $PASSWORD registry.acme.dev",
    "sshpass -e ssh root@10.1.2.3",
    "sshpass -f file ssh root@10.1.2.3",
    "openssl rsa -in a.pem -passin env:PASSWORD",
    "keytool -list -keystore a.jks -storepass $STOREPASS",
    "redis-cli -h cache.acme.dev ping",
    "htpasswd -c users deploy",
    'ConvertTo-SecureString ("A7" * 257) -AsPlainText -Force',
    "ConvertTo-SecureString -String (GetRandomString7) -AsPlainText -Force",
    "zip -r a.zip folder",
    "curl -u deploy:YOUR_PASSWORD https://ci.acme.dev/job",
    "curl -u deploy:xxxxxxxx https://ci.acme.dev/job",
)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda text: text.split("{")[0][:40])
def test_the_password_alone_is_found(command: str) -> None:
    for password in PASSWORDS:
        text = command.replace("{}", password)
        found = secrets_in("command_line", f"set -e\n{text}\nexit 0\n")
        assert [text.encode()[one.start - 7 : one.end - 7].decode() for one in found] == [password]
        assert not any(one.weak or one.comment for one in found)
        assert not any(password in reason for one in found for reason in one.reasons)


@pytest.mark.parametrize(
    "command",
    [
        "vault login {}",
        "aws configure set aws_secret_access_key {}",
        "npm config set //npm.acme.dev/:_authToken {}",
        "codecov -t {}",
        "snyk auth {}",
    ],
)
def test_a_token_is_found_if_it_is_random(command: str) -> None:
    token = made_up(36)
    (found,) = secrets_in("command_line", text := command.replace("{}", token))
    assert (text[found.start : found.end], found.guessable) == (token, False)
    assert values_in("command_line", command.replace("{}", "the-token-of-the-account")) == []


@pytest.mark.parametrize("command", OTHERS, ids=lambda text: text[:40])
def test_a_reference_or_another_option_is_no_password(command: str) -> None:
    assert values_in("command_line", f"set -e\n{command.replace('{{', '{').replace('}}', '}')}\nexit 0\n") == []


@pytest.mark.parametrize("password", ["changeme", "password123", "deploy"])
def test_a_known_default_is_weak(password: str) -> None:
    (found,) = secrets_in("command_line", f"curl -u deploy:{password} https://ci.acme.dev/job")
    assert found.weak


@pytest.mark.parametrize("host", ["http://localhost:8080", "127.0.0.1:9200", "http://grafana:3000"])
def test_where_few_can_reach_the_host_it_is_less_sure(host: str) -> None:
    (found,) = secrets_in("command_line", f"curl -u deploy:{made_up()} {host}")
    assert (found.weak, found.confidence) == (False, Confidence.MEDIUM)


def test_for_a_host_of_documents_a_password_is_weak() -> None:
    (found,) = secrets_in("command_line", f"curl -u deploy:{made_up()} https://example.com/api")
    assert found.weak


@pytest.mark.parametrize(("before", "path"), [("# ", "a.sh"), ("// ", "a.c"), ("", "README.md"), ("x = 1  # ", "a.py")])
def test_comments_and_documents_are_told(before: str, path: str) -> None:
    (found,) = secrets_in("command_line", f"{before}curl -u deploy:{made_up()} https://ci.acme.dev", path)
    assert found.comment


def test_the_next_command_is_another_one() -> None:
    assert values_in("command_line", f"mysql -u root\nfoo -p{made_up()}") == []
    assert values_in("command_line", f"- run: mysql -u root\n- run: foo\n  -p{made_up()}") == []
    assert values_in("command_line", f"mysql -u root; foo -p{made_up()}") == []
