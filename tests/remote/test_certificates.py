"""Who is believed, and who may read along: nobody whom a variable of the environment names."""

from __future__ import annotations

import os
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from keyguard import cli
from keyguard.config import user_config
from keyguard.config.user_config import Network
from keyguard.masking.secret import Secret
from keyguard.model.endpoint import Answer, Request, at_host
from keyguard.model.verdict import Verdict
from keyguard.remote import certificates, verify
from keyguard.remote.errors import RequestError
from keyguard.remote.http import Client
from keyguard.remote.prepared_request import PreparedRequest
from keyguard.support.errors import ConfigError
from tests.helpers.calling import Keyguard
from tests.helpers.checkout import leaking_line
from tests.remote.playing import Played, Vendor, vendor

pytest_plugins = ("tests.helpers.commandline",)


HOST = "api.vendor.example"
QUESTION = Request(
    url=f"https://{HOST}/v1",
    headers={"Authorization": "Bearer {secret}"},
    answers=(Answer(status=(200,), verdict="active"),),
)


def asked(played: Vendor, ca_file: str | None = None) -> Verdict:
    """What comes of asking the vendor that is played."""
    found = str(played.ca_file) if ca_file is None else ca_file
    network = Network(allow_hosts=(HOST,), pause=0.0, timeout=5.0, ca_file=found)
    client = Client(network, lambda host, port: ["127.0.0.1"])
    question = at_host(QUESTION, f"{HOST}:{played.port}")
    return verify.ask_vendor(client, PreparedRequest(question, Secret(b"x" * 20), "********"), question)


@pytest.fixture
def played(tmp_path: Path) -> Iterator[Vendor]:
    with vendor(lambda heard: Played(200), tmp_path) as found:
        yield found


@pytest.fixture
def shop(kg: Keyguard, played: Vendor, tmp_path: Path) -> Path:
    """A folder with a key in it, whose vendor the user's configuration moves to the one that is played."""
    config = tmp_path / "config.toml"
    config.write_text(
        '[network]\nallow-hosts = ["localhost"]\npause = 0.0\n[vendors.sendmailos.verify]\n'
        f'url = "https://localhost:{played.port}/v1"\nheaders = {{ Authorization = "Bearer {{secret}}" }}\n'
        'answers = [{ status = [200], verdict = "active" }]\n'
    )
    kg.env["KEYGUARD_USER_CONFIG"] = str(config)
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "a.py").write_text(leaking_line(1))
    return folder


def hashed(played: Vendor, folder: Path) -> Path:
    """A folder with the certificate of the vendor's authority, as OpenSSL looks for it."""
    if not shutil.which("openssl"):
        pytest.skip("no program here that tells the hash of a name")
    command = ["openssl", "x509", "-noout", "-hash", "-in", str(played.ca_file)]
    name = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    (folder / "hashed").mkdir()
    shutil.copy(played.ca_file, folder / "hashed" / f"{name}.0")
    return folder / "hashed"


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_no_variable_says_who_is_believed(name: str, kg: Keyguard, played: Vendor, shop: Path, tmp_path: Path) -> None:
    value = hashed(played, tmp_path) if name == "SSL_CERT_DIR" else played.ca_file
    said = kg("verify", "--all", cwd=shop, **{name: str(value)})
    assert "its certificate is not valid" in said.out
    assert played.heard == []


def test_no_variable_says_where_secrets_are_written(kg: Keyguard, played: Vendor, shop: Path, tmp_path: Path) -> None:
    log = tmp_path / "keys.log"
    said = kg("verify", "--all", "--ca-file", str(played.ca_file), cwd=shop, SSLKEYLOGFILE=str(log))
    assert "active" in said.out
    assert len(played.heard) == 1
    assert not log.exists()


def test_within_a_process_it_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "keys.log"
    with vendor(lambda heard: Played(200), tmp_path, HOST) as played:
        monkeypatch.setenv("SSLKEYLOGFILE", str(log))
        assert asked(played).state.value == "active"
        monkeypatch.setenv("SSL_CERT_FILE", str(played.ca_file))
        assert "certificate is not valid" in asked(played, ca_file="").reason
    assert len(played.heard) == 1
    assert not log.exists()


def systems(monkeypatch: pytest.MonkeyPatch, file: Path, folder: Path, *known: Path) -> None:
    """Have the system keep its certificates there."""
    paths = ssl.get_default_verify_paths()._replace(openssl_cafile=str(file), openssl_capath=str(folder))
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: paths)
    monkeypatch.setattr(certificates, "_FILES", tuple(map(str, known)))


@pytest.mark.parametrize("kind", ["file", "folder", "known"])
def test_the_systems_own_certificates_are_believed(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    none = tmp_path / "none"
    with vendor(lambda heard: Played(200), tmp_path, HOST) as played:
        if kind == "folder":
            systems(monkeypatch, none, hashed(played, tmp_path))
        else:
            systems(monkeypatch, played.ca_file if kind == "file" else none, none, none, played.ca_file)
        assert asked(played, ca_file="").state.value == "active"


def test_a_system_without_certificates_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    systems(monkeypatch, tmp_path / "none.pem", tmp_path)
    with pytest.raises(RequestError, match="ca-file can name some"):
        certificates.tls_context("")


def test_a_file_of_certificates_that_is_none_is_said(tmp_path: Path) -> None:
    with vendor(lambda heard: Played(200), tmp_path, HOST) as played:
        assert "cannot be read" in asked(played, ca_file=str(tmp_path / "none.pem")).reason
        (tmp_path / "bad.pem").write_text("no certificate")
        assert "cannot be read" in asked(played, ca_file=str(tmp_path / "bad.pem")).reason
    assert played.heard == []


def test_certificates_and_names_are_checked() -> None:
    found = certificates.tls_context("")
    assert (found.verify_mode, found.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert found.minimum_version is ssl.TLSVersion.TLSv1_2


def test_what_configures_the_library_is_forgotten_before_it_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """It could load a program from a relative path, and so from the repository."""
    names = {"OPENSSL_CONF", "OPENSSL_MODULES", "OPENSSL_ENGINES", "SSLKEYLOGFILE"}
    for name in names:
        monkeypatch.setenv(name, "openssl.cnf")
    cli._take_no_library_settings()
    assert not names & os.environ.keys()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[network]\nproxy = "http://proxy.example:99999"\n', "2: network.proxy"),
        ('[network]\nproxy = "http://[::1"\n', "2: network.proxy"),
        ('[network]\nproxy = "proxy.example:3128"\n', "2: network.proxy"),
        ('[network]\nproxy = "https://proxy.example"\n', "2: network.proxy"),
        pytest.param(
            '[vendors.sendmailos.verify]\nurl = "https://localhost:99999/x"\n'
            'headers = { A = "{secret}" }\nanswers = [{ status = [200], verdict = "active" }]\n',
            "1: vendors.sendmailos.verify: the address must begin with https:// and a host in lower case, with a port",
        ),
    ],
)
def test_an_address_that_is_none_is_an_error_of_the_configuration(text: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        user_config.load(str(file))
    assert f"{file}:{said}" in str(caught.value)


@pytest.mark.parametrize("address", ["http://proxy.example:3128", "http://proxy.example", "http://[::1]:3128"])
def test_an_address_of_a_proxy_is_taken(address: str, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(f'[network]\nproxy = "{address}"\n')
    assert user_config.load(str(tmp_path / "config.toml")).network.proxy == address


@pytest.mark.parametrize("host", ["localhost:99999", "a..b", f"{'a' * 64}.example", "x:0"])
def test_a_host_that_is_none_is_an_error_of_the_command_line(host: str) -> None:
    request = Request(url="https://x.example/", answers=())
    with pytest.raises(ValueError, match="is not the name of a host"):
        at_host(request, host)
