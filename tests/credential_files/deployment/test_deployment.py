"""Ansible, Terraform, images, installers, values."""

from __future__ import annotations

import base64
from string import ascii_lowercase

import pytest

from tests.helpers.credential_files import Found, by_path, by_sign, in_hex, made_up

ACCOUNT = "account-password"
DEPLOY = "deployment-secret"
CONTAINER = "container-password"
STATE = "terraform-state-secret"
HASH = "password-hash"
APP = "application-secret"
GOOGLE = " ".join(made_up(number, 4, ascii_lowercase).replace("7", "e") for number in range(4))
PASSWORD, KEY = made_up(1, 14), made_up(2, 40)
SHA512 = f"$6${made_up(3, 8)}${made_up(4, 86)}"
GUESSABLE = base64.b64encode((PASSWORD + "Password").encode("utf-16-le")).decode()

INSTANCES = f'"instances": [{{"attributes": {{"result": "{KEY}"}}}}]'
RESOURCES = f'"resources": [{{"type": "random_password", {INSTANCES}}}]'
ANSWERS = f"""
<AutoLogon><Password><Value>{GUESSABLE}</Value><PlainText>false</PlainText></Password></AutoLogon>
<AdministratorPassword><Value>{PASSWORD}</Value><PlainText>true</PlainText></AdministratorPassword>
"""


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        ("inventory", f"[web]\na ansible_user=me ansible_password={PASSWORD} b=c\n", [(ACCOUNT, PASSWORD)]),
        ("hosts", f"[all:vars]\nansible_become_pass='{PASSWORD}'\n", [(ACCOUNT, PASSWORD)]),
        ("hosts", "127.0.0.1 localhost\n", []),
        ("group_vars/all.yml", f"ansible_become_password: {PASSWORD}\n", [(ACCOUNT, PASSWORD)]),
        ("group_vars/db/main.yml", f"db:\n  password: {PASSWORD}\n", [(DEPLOY, PASSWORD)]),
        ("group_vars/all.yml", 'ansible_password: "{{ vault_password }}"\n', []),
        ("host_vars/a.yml", "db_password: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6131\n", []),
        ("group_vars/all/vault.yml", "$ANSIBLE_VAULT;1.1;AES256\n61316131\n", []),
        ("group_vars/all.yml", f"root_password: {SHA512}\n", [(HASH, SHA512)]),
        (
            "roles/a/vars/main.yml",
            f"db_password: \"{{{{ x | default('{PASSWORD}') }}}}\"\n",
            [(DEPLOY, PASSWORD)],
        ),
        ("hosts.py", f"ansible_ssh_pass = decrypt({PASSWORD}),\n", []),
        (
            ".env",
            f"export DB_PASSWORD={PASSWORD}\nA_TOKEN='{KEY}'  # b\n",
            [("database-password", PASSWORD), (APP, KEY)],
        ),
        (".env.example", f"SMTP_PASSWORD={PASSWORD}\n#API_SECRET=\n", [("application-password~", PASSWORD)]),
        ("prod.env", f"MAIL_PASSWORD={GOOGLE}\nAPP_KEY=\nDB_PASSWORD=$OTHER\n", [("application-password", GOOGLE)]),
        (
            "prod.tfvars",
            f'region = "eu"\ndb_password = "{PASSWORD}"\napi_key = "{KEY}"\n',
            [(DEPLOY, PASSWORD), (DEPLOY, KEY)],
        ),
        (
            "main.tf",
            f'variable "db_password" {{\n  type = string\n  default = "{PASSWORD}"\n}}',
            [(DEPLOY, PASSWORD)],
        ),
        (
            "main.tf",
            f'# pwd = "{PASSWORD}"\n// token = "{KEY}"',
            [(DEPLOY + "#", PASSWORD), (DEPLOY + "#", KEY)],
        ),
        ("main.tf", 'resource "a" "b" {\n  password = var.db_password\n  key = "x"\n}', []),
        (
            "terraform.tfstate",
            f'{{"outputs": {{"db_password": {{"value": "{PASSWORD}"}}}}, {RESOURCES}}}',
            [(STATE, PASSWORD), (STATE, KEY)],
        ),
        (
            "Dockerfile",
            f'FROM a\nENV DB_PASSWORD={PASSWORD} \\\n    API_KEY="{KEY}"\n',
            [(CONTAINER, PASSWORD), (CONTAINER, KEY)],
        ),
        (
            "build/Dockerfile.prod",
            f"ENV DB_PASSWORD {PASSWORD}\nARG TOKEN\nENV A=$B\n",
            [(CONTAINER, PASSWORD)],
        ),
        ("Dockerfile", f"RUN echo 'root:{PASSWORD}' | chpasswd\n", [(ACCOUNT, PASSWORD)]),
        ("a.service", f'[Service]\nEnvironment="DB_PASSWORD={PASSWORD}" A=b\n', [(DEPLOY, PASSWORD)]),
        ("values-prod.yaml", f"postgresql:\n  auth:\n    password: {PASSWORD}\n", [(DEPLOY, PASSWORD)]),
        ("values.yaml", f"env:\n  - name: DB_PASSWORD\n    value: {PASSWORD}\n", [(DEPLOY, PASSWORD)]),
        ("values.yaml", "existingSecret: db-credentials\npassword: ''\n", []),
        ("Vagrantfile", "config.ssh.password = 'vagrant'", [("deployment-secret?", "vagrant")]),
        ("gitlab.rb", f"gitlab_rails['smtp_password'] = \"{PASSWORD}\"", [(DEPLOY, PASSWORD)]),
        (
            "user-data",
            f"#cloud-config\npassword: {PASSWORD}\nusers:\n  - name: a\n    passwd: {SHA512}\n",
            [(ACCOUNT, PASSWORD), (HASH, SHA512)],
        ),
        (
            "user-data",
            f"#cloud-config\nchpasswd:\n  list: |\n    root:{PASSWORD}\n    b:RANDOM\n",
            [(ACCOUNT, PASSWORD)],
        ),
        (
            "ks.cfg",
            f"rootpw --iscrypted {SHA512}\nuser --name=a --password={PASSWORD}\n",
            [(HASH, SHA512), (ACCOUNT, PASSWORD)],
        ),
        ("preseed.cfg", f"d-i passwd/root-password password {PASSWORD}\n", [(ACCOUNT, PASSWORD)]),
        ("preseed.cfg", f"d-i passwd/user-password-crypted password {SHA512}\n", [(HASH, SHA512)]),
        (
            "unattend.xml",
            ANSWERS,
            [(ACCOUNT, GUESSABLE), (ACCOUNT, PASSWORD)],
        ),
    ],
)
def test_passwords_and_keys(path: str, text: str, found: Found) -> None:
    assert by_path(path, text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"- hosts: all\n  vars:\n    ansible_ssh_pass: {PASSWORD}\n", [(ACCOUNT, PASSWORD)]),
        (
            f'{{"terraform_version": "1.5.0", "a": {{"password": "{PASSWORD}"}}}}',
            [(STATE, PASSWORD)],
        ),
        (f"rootpw --plaintext {PASSWORD}\n", [(ACCOUNT, PASSWORD)]),
        (f"a: b\nspring:\n  datasource:\n    password: {PASSWORD}\n", [("database-password", PASSWORD)]),
        (f"services:\n  db:\n    image: a\n    environment:\n      A_PASSWORD: {PASSWORD}\n", [(CONTAINER, PASSWORD)]),
        (f'<Properties action="C" cpassword="{in_hex(5, 44)}" userName="a"/>', [(ACCOUNT, in_hex(5, 44))]),
    ],
)
def test_a_file_of_another_name_is_known_by_its_content(text: str, found: Found) -> None:
    assert by_sign(text) == found
