"""What a repository says about how its server is reached is not obeyed; what its user says is."""

from __future__ import annotations

import base64
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from keyguard.response.purging import git_network, remote_address
from keyguard.response.purging.clone import Clone
from keyguard.support.errors import UsageError
from tests.helpers.calling import Inside
from tests.helpers.checkout import leaking_line
from tests.helpers.repos import Repo
from tests.remote.playing import Heard, Played, vendor
from tests.response.serving import Purging, Served, published

pytest_plugins = ("tests.helpers.commandline",)

#: runs what is asked for on this machine, whatever the host
SSH = '#!/bin/sh\nfor last; do :; done\necho "$*" >> "$(dirname "$0")/asked"\nexec sh -c "$last"\n'


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


@pytest.fixture
def there(tmp_path: Path) -> Served:
    """A server with a key, and a clone of it whose configuration is hostile."""
    work = Repo(tmp_path / "work").write("a", "a").add().commit("first")
    work.write("mail.env", leaking_line(1)).add().commit("key")
    work.git("clone", "-q", "--bare", str(work.path), str(tmp_path / "server.git"))
    work.git("clone", "-q", str(tmp_path / "server.git"), str(tmp_path / "mine"))
    mine = Repo(tmp_path / "mine", init=False)
    evil = program(tmp_path / "evil/run", f"#!/bin/sh\ntouch {tmp_path}/evil/ran\n")
    for name in ("core.sshCommand", "core.fsmonitor", "core.gitProxy", "core.askPass", "remote.origin.uploadpack"):
        mine.config(name, str(evil))
    mine.config("core.hooksPath", str(evil.parent)).config("credential.helper", f"!{evil}")
    mine.config("protocol.ext.allow", "always").config("remote.origin.proxy", "http://127.0.0.1:1")
    for prefix in ("ssh://", "https://", "/"):
        mine.config(f"url.ext::{evil} .insteadOf", prefix)
    return Served(Repo(tmp_path / "server.git", init=False), mine, tmp_path)


def test_a_server_is_reached_by_the_users_ssh_alone(
    inside: Inside, there: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ssh = program(tmp_path / "bin/ssh", SSH)
    path = f"{ssh.parent}:{os.environ['PATH']}"
    where = f"ssh://git@git.example.org{there.server.path}"
    there.mine.config("remote.origin.url", where)
    case = Purging(inside, there)
    done = case("purge", case.id, "--execute", "--remote", where, "--yes", PATH=path)
    assert done.code == 0, done.out + done.err
    assert "git-upload-pack" in (ssh.parent / "asked").read_text()
    assert not (tmp_path / "evil/ran").exists()
    there.server.environment["PATH"] = path
    pushed = published(done, there.server)
    assert pushed.returncode == 0, pushed.stderr
    assert not (tmp_path / "evil/ran").exists()
    for words in (
        f"Repository: {str(there.server.path)[1:-4]}",
        "Affected pull requests: 0",
        "First changed commits: ",
    ):
        assert words in done.out


def backend(server: Path) -> Callable[[Heard], Played]:
    """git's own server behind HTTP, for whoever knows the password."""

    def answer(heard: Heard) -> Played:
        if heard.headers.get("authorization") != "Basic " + base64.b64encode(b"me:word").decode():
            return Played(401, b"", (("WWW-Authenticate", "Basic realm=git"),))
        path, _, query = heard.path.partition("?")
        variables = {
            "PATH": os.environ["PATH"],
            "GIT_PROJECT_ROOT": str(server),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": heard.method,
            "CONTENT_TYPE": heard.headers.get("content-type", ""),
            "CONTENT_LENGTH": str(len(heard.body)),
            "HTTP_CONTENT_ENCODING": heard.headers.get("content-encoding", ""),
            "GIT_PROTOCOL": heard.headers.get("git-protocol", ""),
        }
        said = subprocess.run(["git", "http-backend"], env=variables, input=heard.body, capture_output=True, check=True)
        head, _, body = said.stdout.partition(b"\r\n\r\n")
        lines = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        return Played(int(lines.pop("Status", "200")[:3]), body, tuple(lines.items()))

    return answer


def test_a_server_is_reached_by_https_with_the_users_own_credentials(
    inside: Inside, there: Served, tmp_path: Path
) -> None:
    case = Purging(inside, there)
    home = tmp_path / "home"
    home.mkdir()
    with vendor(backend(tmp_path), tmp_path) as played:
        helper = program(tmp_path / "bin/helper", "#!/bin/sh\necho username=me\necho password=word\n")
        (home / ".gitconfig").write_text(
            f"[http]\n\tsslCAInfo = {played.ca_file}\n[credential]\n\thelper = {helper}\n"
            '[url "https://elsewhere.invalid/"]\n\tinsteadOf = https://localhost\n'
        )
        where = f"https://localhost:{played.port}/server.git"
        there.mine.config("remote.origin.url", where.replace("://", "://me:word@"))
        said = case("purge", case.id, "--remote", where, "--yes", HOME=str(home), GIT_CONFIG_GLOBAL="")
        assert said.code == 0, said.out + said.err
        assert "rewritten: 1 commit of 2" in said.out
        refused = case("purge", case.id, "--remote", where, "--yes", HOME=str(tmp_path))
    assert refused.code == 2
    assert not (tmp_path / "evil/ran").exists()


def test_a_password_in_an_address_is_neither_used_nor_shown(inside: Inside, there: Served) -> None:
    there.mine.config("remote.origin.url", "https://me:pass-word@localhost:1/x.git")
    case = Purging(inside, there)
    said = case("purge", case.id)
    assert said.code == 2
    assert "--remote https://me@localhost:1/x.git --yes" in said.err
    assert "pass-word" not in said.out + said.err


@pytest.mark.parametrize(
    "url",
    [
        "ext::sh -c 'touch ran'",
        "http://git.example.org/x.git",
        "git://git.example.org/x.git",
        "ssh://-oProxyCommand=x/y",
        "ssh://-oProxyCommand=x@host/y",
        "-oProxyCommand=x:y",
        "--upload-pack=x",
        "host:-x",
        "https:///x",
        "https://host:port/x",
        "https://a b/x",
        "ftp://host/x",
        "file://\0/x",
        "",
    ],
)
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(UsageError):
        remote_address.parse(url, "/base")


@pytest.mark.parametrize(
    ("url", "text", "protocol", "host", "path"),
    [
        ("https://github.com/a/b.git", "https://github.com/a/b.git", "https", "github.com", "a/b.git"),
        ("HTTPS://u:p@Host:444/b/", "https://u@host:444/b/", "https", "host", "b"),
        ("git@github.com:a/b.git", "git@github.com:a/b.git", "ssh", "github.com", "a/b.git"),
        ("ssh://git@[::1]:22/~/b", "ssh://git@[::1]:22/~/b", "ssh", "::1", "~/b"),
        ("host:/srv/b", "host:/srv/b", "ssh", "host", "srv/b"),
        ("../b.git", "/b.git", "file", "", "/b.git"),
        ("./a:b", "/base/a:b", "file", "", "/base/a:b"),
        ("file:///srv/a%20b", "/srv/a b", "file", "", "/srv/a b"),
    ],
)
def test_an_address_is_taken_apart_as_git_does(url: str, text: str, protocol: str, host: str, path: str) -> None:
    found = remote_address.parse(url, "/base")
    assert (found.text, found.protocol, found.host, found.path) == (text, protocol, host, path)
    assert found.stripped is (":p@" in url)


def test_no_folder_of_the_repository_is_a_home_or_has_programs(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "r").write(".gitconfig", "[credential]\n\thelper = evil\n").write(".config/git/config", "")
    clone = Clone(str(tmp_path / "into"), str(repo.path))
    (tmp_path / "into").mkdir()
    inner = str(repo.path / "bin")
    for home in (str(repo.path), "", "relative", None):
        environment = {"PATH": f"{inner}:relative:/usr/bin", "XDG_CONFIG_HOME": str(repo.path / ".config")}
        environment |= {} if home is None else {"HOME": home}
        found = git_network.variables(clone, str(repo.path), environment, typing=False)
        assert found["PATH"] == "/usr/bin"
        assert not found["HOME"].startswith(str(tmp_path))
        assert Path(found["HOME"]).is_absolute()
        assert "XDG_CONFIG_HOME" not in found
        assert "evil" not in found.values()
