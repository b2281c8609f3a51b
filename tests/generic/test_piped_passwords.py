"""Passwords that are written to a program's standard input."""

from __future__ import annotations

import pytest

from tests.helpers.generic_secrets import made_up, secrets_in, values_in

PIPES = (
    'echo "deploy:{}" | chpasswd',
    "RUN echo 'root:{}' | chpasswd",
    "echo deploy:{} | sudo chpasswd",
    "echo {} | passwd --stdin deploy",
    'echo "{}" | docker login -u deploy --password-stdin registry.acme.dev',
    "echo '{}' | sudo -S apt-get update",
    'echo -e "{}\\n{}" | passwd deploy',
    "(echo {}; echo {}) | smbpasswd -s -a deploy",
    'chpasswd <<< "deploy:{}"',
    'expect "password:"\nsend "{}\\r"',
    'expect -re {.*assword.*} { send -- "{}\\r" }',
    "printf '{}' | kinit deploy",
    "echo -n {} | cryptsetup luksFormat /dev/sda1 -",
)
OTHERS = (
    'echo "deploy:$PASSWORD" | chpasswd',
    'echo "$PASSWORD" | docker login -u deploy --password-stdin',
    "cat file | docker login --password-stdin",
    "echo done | sudo tee /etc/hosts",
    "echo hello | sudo systemctl start a",
    "echo 'several words here' | sudo -S true",
)


@pytest.mark.parametrize("tail", ["passwd --stdin cluster7", "passwd cluster7 --stdin", "passwd cluster7"])
def test_the_name_of_the_account_is_a_weak_password(tail: str) -> None:
    (found,) = secrets_in("piped_passwords", f"x = 1\necho cluster7 | {tail}\n")
    assert found.weak


@pytest.mark.parametrize("pipe", PIPES)
def test_the_password_is_found(pipe: str) -> None:
    for password in (made_up(12), "Tr1n!ty-44", "hunter2"):
        text = pipe.replace("{}", password)
        found = secrets_in("piped_passwords", f"x = 1\n{text}\n")[0]
        assert (found.rule, text[found.start - 6 : found.end - 6]) == ("command-line-password", password)


@pytest.mark.parametrize("pipe", OTHERS)
def test_other_input_is_none(pipe: str) -> None:
    assert values_in("piped_passwords", f"{pipe}\n") == []


def test_a_known_default_is_weak() -> None:
    (found,) = secrets_in("piped_passwords", "echo 'root:toor' | chpasswd")
    assert found.weak
