"""Every block of the README does what it says, for somebody whose HOME is empty. Those that install are run by
``make test-long``; the server that they install from is on this machine.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import json
import os
import pty
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

import keyguard
from keyguard.cli.arguments import parse
from keyguard.support.errors import UsageError
from tests.helpers.checkout import ROOT, empty_environment, leaking_line, made_up_key, offline_environment, run
from tests.helpers.documents import Block, blocks_of
from tests.helpers.repos import Repo, git_environment
from tests.helpers.sharing import once
from tests.test_house import help_blocks

pytest_plugins = ("tests.helpers.commandline", "tests.helpers.shipping")

README = blocks_of(ROOT / "README.md")
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
TRIED: list[Block] = []
PLACEHOLDER = "https://github.com/YOUR-ORG/keyguard"


def block(beginning: str) -> pytest.MarkDecorator:
    """Hand the one block that begins so to a test, which thereby answers for it."""
    found = [one for one in README if one.text.startswith(beginning)]
    assert len(found) == 1, f"{len(found)} blocks of the README begin with {beginning!r}"
    TRIED.extend(found)
    return pytest.mark.parametrize("block", found, ids=[beginning.strip()])


def installs(beginning: str) -> pytest.MarkDecorator:
    """The same for a block that installs something: only ``make test-long`` runs it."""
    given = block(beginning)
    marks = [pytest.mark.long, pytest.mark.timeout(1200)]
    return pytest.mark.parametrize(
        "block", [pytest.param(one, marks=marks) for one in given.args[1]], ids=given.kwargs["ids"]
    )


class User(NamedTuple):
    """Somebody with an empty HOME who follows the README."""

    folder: Path
    env: dict[str, str]

    def types(self, script: str, expect: int = 0, **more: str) -> str:
        """What a shell prints for these lines; it stops at the first that fails, and must end with ``expect``."""
        return run("bash", "-ec", script, env={**self.env, **more}, cwd=self.folder, expect=expect)

    def at_a_terminal(self, script: str, answers: str) -> tuple[int, str]:
        """How the lines end at a terminal, with these answers to what they ask, and what is on the screen."""
        ours, theirs = pty.openpty()
        os.write(ours, answers.encode())
        started = subprocess.Popen(
            ["bash", "-ec", script], cwd=self.folder, env=self.env, stdin=theirs, stdout=theirs, stderr=theirs
        )
        os.close(theirs)
        shown = b""
        # a terminal that nobody holds open any more is an error to read on Linux
        with contextlib.suppress(OSError):
            while data := os.read(ours, 1 << 16):
                shown += data
        os.close(ours)
        return started.wait(), shown.decode()

    def commits(self, name: str, text: str, expect: int = 0, *options: str) -> str:
        """What ``git commit`` says of one more file."""
        (self.folder / name).write_text(text)
        run("git", "add", "--", name, env=self.env, cwd=self.folder)
        return run(
            "git", "commit", "--quiet", f"--message={name}", *options, env=self.env, cwd=self.folder, expect=expect
        )


@pytest.fixture
def user(commands: Path, cache: Path, tmp_path: Path) -> User:
    """In a repository with one clean commit, with keyguard installed; further folders are beside it."""
    home, shop = tmp_path / "home", Repo(tmp_path / "shop")
    home.mkdir()
    shop.write("app.py", "print()\n").add().commit("first")
    traced = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
    path = {"PATH": f"{commands}:{os.environ['PATH']}", "KEYGUARD_CACHE_DIR": str(cache)}
    return User(shop.path, {**git_environment(home), **traced, **path})


def refused(said: str, seed: int) -> bool:
    """Whether a key was found and not shown."""
    return "SendMailOS" in said and made_up_key(seed) not in said


def test_each_block_is_tried() -> None:
    shown = [text for _, text in help_blocks()]
    left = [one for one in README if one not in TRIED and one.text.partition("\n")[2] not in shown]
    assert [(one.line, one.first) for one in left] == []


def test_blocks_are_told_apart_as_markdown_does(tmp_path: Path) -> None:
    document = tmp_path / "document.md"
    document.write_text("one\n\n    two\n\n      three\n\nfour\n    no block\n\n```sh\nfive\n\n    six\n```\n")
    assert blocks_of(document) == [Block(3, "", "two\n\n  three\n"), Block(11, "sh", "five\n\n    six\n")]


def test_the_tag_is_that_of_this_version() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"rev: v([\w.]*\w)", readme) == [keyguard.__version__]


def commands_of(path: Path) -> set[str]:
    """Every call of keyguard that a document names: within a line, and in a line of its own in a block."""
    text = path.read_text(encoding="utf-8")
    found = re.findall(r"`(keyguard [^`|]+)`", text)
    for one in blocks_of(path):
        found += re.findall(r"^(?:\$ )?(keyguard .*?)(?: +#.*)?$", one.text, re.MULTILINE)
    return {line.replace(" …", "") for line in found}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_each_call_that_a_document_names_is_understood(path: Path) -> None:
    wrong = {}
    for line in commands_of(path):
        try:
            parse(shlex.split(line)[1:])
        except UsageError as error:
            # where a command is only named, it needs no arguments
            if "required" not in str(error):
                wrong[line] = str(error)
        except SystemExit as ended:  # after --help
            if ended.code:
                wrong[line] = "fails"
    assert wrong == {}


# --- commands and files ---------------------------------------------------------------------------------------------


@block("KEYGUARD=")
def test_the_variable_names_a_repository(block: Block, user: User) -> None:
    assert user.types(f'{block.text}\necho "$KEYGUARD"') == f"{PLACEHOLDER}\n"


@block('git ls-remote "$KEYGUARD" HEAD\n')
def test_the_newest_commit_is_printed(block: Block, user: User, checkout: Path) -> None:
    head = user.types("git rev-parse HEAD", GIT_DIR=str(checkout / ".git"))
    assert user.types(block.text, KEYGUARD=f"file://{checkout}").split()[0] == head.strip()


def hook(user: User, block: Block, *names: str) -> None:
    """Put the block into hooks of the user's repository."""
    for name in names:
        path = user.folder / ".git/hooks" / name
        path.write_text(block.text)
        path.chmod(0o755)


@block("#!/bin/sh\nexec keyguard hook pre-commit\n")
def test_the_hook_for_commits_and_merges(block: Block, user: User) -> None:
    hook(user, block, "pre-commit", "pre-merge-commit")
    user.commits("notes.txt", "nothing\n")
    assert refused(user.commits("settings.ini", leaking_line(1), expect=1), 1)
    user.types("git reset --quiet --hard; git switch --quiet --create side")
    user.commits("settings.ini", leaking_line(1), 0, "--no-verify")
    user.types("git switch --quiet main")
    user.commits("more.txt", "nothing\n")
    assert refused(user.types("git merge --no-edit side", expect=1), 1)


def pushes(user: User, *refs: str, expect: int = 0) -> str:
    """What a push of these refs to a server beside the repository says."""
    server = user.folder.parent / "server.git"
    if not server.exists():
        user.types(f"git init --quiet --bare --initial-branch=main '{server}'; git remote add origin '{server}'")
    return user.types(f"git push origin {' '.join(refs)}", expect=expect)


def served(user: User, block: Block, name: str) -> None:
    """Put the block into a hook of the server, which has the first commit already."""
    pushes(user, "main")
    path = user.folder.parent / "server.git/hooks" / name
    path.write_text(block.text)
    path.chmod(0o755)


@block('#!/bin/sh\nexec keyguard hook pre-push "$@"\n')
def test_the_hook_for_pushes(block: Block, user: User) -> None:
    hook(user, block, "pre-push")
    pushes(user, "main")
    user.commits("settings.ini", leaking_line(2))
    user.types("git rm --quiet settings.ini; git commit --quiet --message=gone; git branch other HEAD~2")
    # all refs are looked at, and not the first alone
    assert refused(pushes(user, "other", "main", expect=1), 2)
    pushes(user, "other")


@block("#!/bin/sh\nexec keyguard hook pre-receive\n")
def test_the_hook_for_a_server(block: Block, user: User) -> None:
    served(user, block, "pre-receive")
    user.commits("notes.txt", "nothing\n")
    pushes(user, "main")
    user.commits("settings.ini", leaking_line(3))
    user.types("git branch other HEAD~1")
    assert refused(pushes(user, "main", "other", expect=1), 3)
    assert "other" not in user.types("git ls-remote origin")


@block('#!/bin/sh\nexec keyguard hook update "$@"\n')
def test_the_hook_for_each_ref_of_a_server(block: Block, user: User) -> None:
    served(user, block, "update")
    user.commits("settings.ini", leaking_line(4))
    user.types("git branch other HEAD~1")
    assert refused(pushes(user, "main", "other", expect=1), 4)
    assert "other" in user.types("git ls-remote origin")


@block("# .github/workflows/keyguard.yml\n")
def test_the_workflow_for_github_is_the_one_that_is_tested(block: Block) -> None:
    assert (block.kind, block.text) == ("yaml", (ROOT / "docs/ci/github.yml").read_text(encoding="utf-8"))


@block("# .gitlab-ci.yml\n")
def test_the_workflow_for_gitlab_is_the_one_that_is_tested(block: Block) -> None:
    assert (block.kind, block.text) == ("yaml", (ROOT / "docs/ci/gitlab.yml").read_text(encoding="utf-8"))


@block("$ keyguard scan --only hygiene\n")
def test_the_report_in_the_readme_is_what_the_program_says(block: Block, user: User) -> None:
    source = user.folder / "src"
    source.mkdir()
    (user.folder / "index.html").write_text('<script type="module" src="/src/main.tsx"></script>\n')
    (source / "main.tsx").write_text("import { send } from './api';\nsend();\n")
    (source / "api.ts").write_text(
        "import { key } from './config';\n"
        "export const send = () => fetch('https://api.sendmailos.com/api/v1/send', { headers: { 'X-Key': key } });\n"
    )
    (source / "config.ts").write_text(f"export const key = '{made_up_key(5)}';\n")
    command, _, shown = block.text.partition("\n")
    said = user.types(command.removeprefix("$ "), expect=1)
    # the end of the key is another one
    assert said.startswith(re.sub(r"(?<=\*)\w{4}(?=')", made_up_key(5)[-4:], shown))


@block("keyguard fix ")
def test_putting_it_right_asks_and_then_nothing_is_left(block: Block, user: User) -> None:
    (user.folder / "mail.py").write_text(f"SENDMAILOS_API_KEY = '{made_up_key(6)}'\n")
    user.commits(".env", leaking_line(7))
    code, shown = user.at_a_terminal(block.text, "y\n" * 9)
    assert (code, "Do this? [y/N]" in shown) == (0, True), shown
    assert made_up_key(6) not in (user.folder / "mail.py").read_text()
    assert made_up_key(6) in (user.folder / ".env").read_text()
    assert not {made_up_key(6), made_up_key(7)} & set(re.findall(r"\w+", shown))


@block("# .keyguard.toml\n")
def test_the_configuration_is_understood(block: Block, user: User) -> None:
    (user.folder / ".keyguard.toml").write_text(block.text)
    user.types("keyguard scan")
    (user.folder / ".keyguard.toml").write_text(block.text.replace("max-key-age-days", "max-key-age"))
    assert "did you mean" in user.types("keyguard scan", expect=2)


@block("exclude = [")
def test_the_settings_are_shown_with_their_places(block: Block, user: User) -> None:
    (user.folder / ".keyguard.toml").write_text(block.text)
    shown = user.types("keyguard config show")
    for key in ("exclude", "fail-on", "severity", "paths", "hooks.fail-on"):
        assert re.search(rf"(?m)^  {key} .*\.keyguard\.toml:\d+$", shown), key


@block("keyguard config show")
def test_all_settings_are_shown(block: Block, user: User) -> None:
    assert "max-key-age-days" in user.types(block.text.partition("#")[0].strip())


@block("# keyguard: allow[stripe-key] documentation sample\n")
def test_the_comment_silences_one_key_and_is_counted(block: Block, user: User) -> None:
    line = f"stripe.api_key = '{made_up_key(8)}'\n"
    (user.folder / "pay.py").write_text(f"import stripe\n{block.text}{line}")
    assert "1 suppressed" in user.types("keyguard scan")
    (user.folder / "pay.py").write_text(f"import stripe\n{line}")
    user.types("keyguard scan", expect=1)


# --- what installs ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def installers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The commands' folder of an environment with uv, pipx and prek, from the package index of this machine."""

    def made(folder: Path) -> None:
        run(sys.executable, "-m", "venv", folder, env=os.environ, cwd=folder)
        run(folder / "bin/python", "-m", "pip", "install", "--quiet", "uv", "pipx", "prek", env=os.environ, cwd=folder)

    try:
        return once(tmp_path_factory, "installers", made) / "bin"
    except AssertionError as error:
        pytest.skip(f"uv, pipx and prek cannot be had here: {str(error)[-200:]}")


@pytest.fixture
def newcomer(user: User, git_server: str, everything: Path, wheel: Path) -> User:
    """The same user before keyguard is installed. Package indexes are a folder of wheels; ``KEYGUARD`` is set."""
    home = Path(user.env["HOME"])
    indexes = f"no-index = true\nfind-links = [{json.dumps(str(everything))}, {json.dumps(str(wheel.parent))}]\n"
    (home.parent / "uv.toml").write_text(indexes)
    others = [part for part in os.environ["PATH"].split(":") if not Path(part, "keyguard").exists()]
    own = {
        "PATH": ":".join([f"{home}/.local/bin", *others]),
        "KEYGUARD": git_server,
        "PIP_FIND_LINKS": f"{everything} {wheel.parent}",
        "UV_CONFIG_FILE": str(home.parent / "uv.toml"),
        "UV_PYTHON": sys.executable,
        "UV_PYTHON_DOWNLOADS": "never",
    }
    return User(user.folder, offline_environment(home, **own))


def with_commands(user: User, *folders: Path) -> User:
    """The user with these folders on ``PATH``, behind ``~/.local/bin``."""
    first, _, rest = user.env["PATH"].partition(":")
    return User(user.folder, {**user.env, "PATH": ":".join([first, *map(str, folders), rest])})


@pytest.fixture
def active(newcomer: User) -> User:
    """The user in a virtual environment."""
    return with_commands(newcomer, empty_environment(newcomer.folder.parent / "venv", newcomer.env))


@installs('uv tool install "git+$KEYGUARD"\n')
def test_uv_installs_it(block: Block, newcomer: User, installers: Path) -> None:
    assert "working tree: 1 file" in with_commands(newcomer, installers).types(block.text)
    assert Path(newcomer.env["HOME"], ".local/bin/keyguard").exists()


@installs('pipx install "git+$KEYGUARD"\n')
def test_pipx_installs_it(block: Block, newcomer: User, installers: Path) -> None:
    assert "working tree: 1 file" in with_commands(newcomer, installers).types(block.text)
    assert Path(newcomer.env["HOME"], ".local/bin/keyguard").exists()


@installs("uvx --from")
def test_uvx_runs_it(block: Block, newcomer: User, installers: Path) -> None:
    (newcomer.folder / "settings.ini").write_text(leaking_line(1))
    assert refused(with_commands(newcomer, installers).types(block.text, expect=1), 1)


@installs('pip install "git+$KEYGUARD"\n')
def test_pip_installs_it(block: Block, active: User) -> None:
    assert "working tree: 1 file" in active.types(block.text)


@installs('git clone "$KEYGUARD" keyguard\n')
@pytest.mark.parametrize("tool", ["pip", "uv tool", "pipx"])
def test_a_clone_is_installed(block: Block, active: User, installers: Path, tool: str) -> None:
    user = with_commands(active, installers)
    script = block.text.replace("pip install ./keyguard", f"{tool} install ./keyguard")
    assert f"{tool} install" in script
    user.types(f"cd ..\n{script}")
    assert "working tree: 1 file" in user.types("keyguard scan")


@installs('pip install "keyguard-lint[fix,purge] @ git+$KEYGUARD"\n')
def test_the_extras_are_installed(block: Block, active: User) -> None:
    active.types(block.text)
    active.types("python -c 'import git_filter_repo, tree_sitter_ruby, yaml'")


@installs("uv tool install keyguard-lint\n")
def test_what_holds_once_it_is_published(block: Block, active: User, installers: Path) -> None:
    user = with_commands(active, installers)
    lines = block.text.splitlines()
    assert [line.split()[0] for line in lines] == ["uv", "pipx", "pip", "uvx"]
    for line in lines:
        shutil.rmtree(Path(user.env["HOME"]))
        Path(user.env["HOME"]).mkdir()
        assert "working tree: 1 file" in user.types(line if line.startswith("uvx") else f"{line}\nkeyguard scan")


@pytest.fixture
def framework(newcomer: User, commands: Path) -> User:
    """The user with pre-commit, but without keyguard."""
    only = newcomer.folder.parent / "pre-commit"
    only.mkdir()
    (only / "pre-commit").symlink_to(commands / "pre-commit")
    return with_commands(newcomer, only)


@installs("test -e .pre-commit-config.yaml ||")
@pytest.mark.parametrize("tool", ["pre-commit", "prek"])
def test_the_hooks_are_installed_and_refuse_a_key(block: Block, framework: User, installers: Path, tool: str) -> None:
    framework, script = (
        with_commands(framework, installers),
        re.sub("^pre-commit", tool, block.text, flags=re.MULTILINE),
    )
    assert "Passed" in framework.types(script)
    configuration = (framework.folder / ".pre-commit-config.yaml").read_text()
    (entry,) = yaml.safe_load(configuration)["repos"]
    assert re.fullmatch(r"[0-9a-f]{40}", entry["rev"])
    framework.commits(".pre-commit-config.yaml", configuration)
    assert refused(framework.commits("settings.ini", leaking_line(1), expect=1), 1)
    framework.commits("settings.ini", leaking_line(1), 0, "--no-verify")
    assert refused(pushes(framework, "main", expect=1), 1)
    framework.types("git branch --force side HEAD; git reset --quiet --hard HEAD~1")
    framework.commits("notes.txt", "nothing\n")
    pushes(framework, "main")
    assert refused(framework.types("git merge --no-edit side", expect=1), 1)
    # a configuration that is there is not written over
    (framework.folder / ".pre-commit-config.yaml").write_text(configuration + "# ours\n")
    framework.types("git merge --abort || true")
    framework.types(script)
    assert (framework.folder / ".pre-commit-config.yaml").read_text().endswith("# ours\n")


@block("pre-commit install --hook-type pre-commit")
def test_all_types_of_hook_are_installed(block: Block, user: User) -> None:
    (user.folder / ".pre-commit-config.yaml").write_text("repos: []\n")
    user.types(block.text)
    there = {path.name for path in (user.folder / ".git/hooks").iterdir()}
    assert there >= {"pre-commit", "pre-merge-commit", "pre-push"}


@block("pre-commit autoupdate --bleeding-edge")
def test_the_commit_is_moved_to_the_newest(block: Block, user: User, checkout: Path) -> None:
    head = user.types("git rev-parse HEAD", GIT_DIR=str(checkout / ".git")).strip()
    url = f"file://{checkout}"
    configuration = user.folder / ".pre-commit-config.yaml"
    configuration.write_text(f"repos:\n  - repo: {url}\n    rev: '{'0' * 40}'\n    hooks: [id: keyguard]\n")
    user.types(block.text, KEYGUARD=url)
    assert yaml.safe_load(configuration.read_text())["repos"] == [
        {"repo": url, "rev": head, "hooks": [{"id": "keyguard"}]}
    ]


@pytest.fixture
def clone(newcomer: User) -> User:
    """The user in a fresh clone of keyguard."""
    newcomer.types('git clone --quiet "$KEYGUARD" ../keyguard')
    # the wheels are for this interpreter
    return User(newcomer.folder.parent / "keyguard", {**newcomer.env, "MAKEFLAGS": f" -- PYTHON={sys.executable}"})


@installs("make scan REPO=path ")
def test_make_sets_everything_up(block: Block, clone: User) -> None:
    if not {"mypy", "ruff"} <= {one.name for one in importlib.metadata.distributions()}:
        pytest.skip("`make test` sets up more than is installed here: run this by `make test-long`")
    scan, test = block.text.splitlines()
    clone.types("git init --quiet path; echo hello >path/notes.txt")
    assert "working tree: 1 file" in clone.types(scan)
    # all of them would be this test as well
    some = "--no-cov tests/inspection/test_filenames.py tests/support/test_dates.py -n0"
    assert " passed" in clone.types(f'{test.partition("#")[0]} ARGS="{some}"')
