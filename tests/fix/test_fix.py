"""``keyguard fix`` in real repositories: what it changes, what it leaves, and that a second run changes nothing."""

from __future__ import annotations

import base64
import os
import stat
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from keyguard.cli.commands import fix as fix_command
from keyguard.cli.shared import scan_command
from keyguard.engine import compiled
from keyguard.fix import apply
from keyguard.fix.draft import Draft
from keyguard.fix.files.folder import Blocked, Files
from keyguard.fix.files.site import Site
from keyguard.fix.plan import Stage
from keyguard.git.worktree.ignore_rules import IgnoreVerdict
from keyguard.model.finding import Run
from keyguard.scan.run import ScanRequest, run_scan
from keyguard.support.errors import GitError
from tests.helpers.calling import Inside, Said, parts_of
from tests.helpers.repos import Repo, snapshot
from tests.helpers.seeing import key

pytest_plugins = ("tests.helpers.commandline",)

LIVE, OTHER, TEST = key(seed="a"), key(seed="b"), key("sk_test_{alnum:32}")
SETTINGS = f"# the shop\nPORT=3000\nSENDMAILOS_API_KEY={LIVE}\n"
CODE = f'from sendmailos import Client\n\nclient = Client("{LIVE}")\n'

Fix = Callable[..., Said]


@pytest.fixture
def fix(inside: Inside, repo: Repo) -> Fix:
    """The command in the repository. No key is ever in what it says, and a second run changes nothing."""

    def call(*arguments: str, cwd: Path | None = None, stdin: bytes = b"") -> Said:
        said = inside("fix", *arguments, cwd=cwd or repo.path, stdin=stdin)
        for secret in (LIVE, OTHER, TEST):
            assert not [part for part in parts_of(secret[8:]) if part in said.out + said.err]
        if "--yes" in arguments and said.code != 2:
            before = everything(repo)
            again = inside("fix", *arguments, cwd=cwd or repo.path)
            assert everything(repo) == before
            assert again.code == said.code
        return said

    return call


def test_a_key_that_stays_in_an_example_is_said(fix: Fix, repo: Repo) -> None:
    repo.write(".env.example", SETTINGS).write(".gitignore", ".env\n").add().commit("files")
    said = fix("--yes")
    assert said.code == 1
    assert ".env.example:3 left as it is: leave its value empty there" in said.out + said.err


def everything(repo: Repo) -> object:
    """The files with their times, and the index."""
    files = {name: one for name, one in snapshot(repo.path).items() if "/.git" not in name or name.endswith("ignore")}
    return files, repo.git("ls-files", "--stage")


def ignored(repo: Repo, *paths: str) -> bool:
    """Whether real git ignores all of them."""
    said = repo.git("check-ignore", "--no-index", *paths, check=False).decode().splitlines()
    return said == list(paths)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def private(repo: Repo, name: str, text: str) -> None:
    """A file that only its owner can read."""
    repo.write(name, text).file(name).chmod(0o600)


# --- ignore rules -----------------------------------------------------------------------------------------------------


def test_a_rule_for_a_file_that_is_there(repo: Repo, fix: Fix) -> None:
    private(repo, ".env", SETTINGS)
    repo.write(".gitignore", "node_modules\r\n*.log\r\n")
    said = fix("--yes")
    assert said.code == 0, said
    assert repo.file(".gitignore").read_bytes() == b"node_modules\r\n*.log\r\n.env\r\n"
    assert ".gitignore ignores .env" in said.out
    assert ignored(repo, ".env")


def test_one_rule_for_all_of_a_name_at_the_top(repo: Repo, fix: Fix) -> None:
    private(repo, "a/.env", SETTINGS)
    private(repo, "b/.env", SETTINGS)
    assert fix("--yes").code == 0
    assert repo.file(".gitignore").read_bytes() == b".env\n"
    assert ignored(repo, "a/.env", "b/.env")


def test_the_nearest_file_that_speaks_of_such_files(repo: Repo, fix: Fix) -> None:
    repo.write(".gitignore", "dist\n").write("a/.gitignore", "/.env.local").write("a/b/.gitignore", "dist\n")
    private(repo, "a/b/.env", SETTINGS)
    assert fix("--yes").code == 0
    assert repo.file("a/.gitignore").read_bytes() == b"/.env.local\n/b/.env"
    assert repo.file(".gitignore").read_bytes() == b"dist\n"
    assert ignored(repo, "a/b/.env")


def test_a_rule_that_takes_back_is_overruled_where_it_stands(repo: Repo, fix: Fix) -> None:
    repo.write(".gitignore", ".env*\n!.env\n").write("api/.gitignore", "!.env\n")
    private(repo, ".env", SETTINGS)
    private(repo, "api/.env", SETTINGS)
    assert fix("--yes").code == 0
    assert repo.file(".gitignore").read_bytes() == b".env*\n!.env\n.env\n"
    assert repo.file("api/.gitignore").read_bytes() == b"!.env\n.env\n"
    assert ignored(repo, ".env", "api/.env")


def test_what_only_this_machine_ignores_gets_a_rule(repo: Repo, fix: Fix) -> None:
    private(repo, ".env", SETTINGS)
    repo.write(".git/info/exclude", ".env\n").write("a.txt", "a\n")
    assert fix("--yes").code == 0
    assert repo.file(".gitignore").read_bytes() == b".env\n"


def test_a_file_that_is_still_to_come(repo: Repo, fix: Fix) -> None:
    repo.write("package.json", '{"name": "shop", "dependencies": {"dotenv": "^16.0.0"}}\n').add()
    assert fix("--yes").code == 0
    assert ignored(repo, ".env")


def test_a_repository_in_the_repository_has_its_own_rules(repo: Repo, fix: Fix) -> None:
    repo.write("a.txt", "a\n").add().commit()
    inner = Repo(repo.path / "inner").write("a.txt", "a\n").add().commit()
    private(inner, "x/.env", SETTINGS)
    assert fix("--yes").code == 0
    assert inner.file(".gitignore").read_bytes() == b".env\n"
    assert not repo.file(".gitignore").exists()


def test_names_that_mean_something_in_rules(repo: Repo, fix: Fix) -> None:
    name = os.fsdecode(b"we ird\xff[1]/application-pro\nd.properties")
    private(repo, "we ird/prod*.env", SETTINGS)
    private(repo, name, f"spring.mail.key={LIVE}\nSENDMAILOS_API_KEY={LIVE}\n")
    assert fix("--yes").code in (0, 1)
    assert repo.file(".gitignore").read_bytes().startswith(b"prod\\*.env\n")
    assert repo.git("check-ignore", "--no-index", "we ird/prod*.env", check=False)


def test_from_within_a_folder(repo: Repo, fix: Fix) -> None:
    repo.write(".gitignore", "dist\n").write("a/b/c.txt", "c\n")
    private(repo, "a/b/.env", SETTINGS)
    said = fix("--yes", "b", cwd=repo.path / "a")
    assert said.code == 0
    assert "../.gitignore ignores a/b/.env" in said.out
    assert ignored(repo, "a/b/.env")


def test_a_rule_that_does_not_hold_is_taken_back(repo: Repo, fix: Fix, monkeypatch: pytest.MonkeyPatch) -> None:
    private(repo, ".env", SETTINGS)
    monkeypatch.setattr(Site, "verdicts", lambda self, paths: dict.fromkeys(paths, IgnoreVerdict()))
    said = fix("--yes")
    assert said.code == 2
    assert "git does not ignore .env" in said.out
    assert not repo.file(".gitignore").exists()
    repo.write(".gitignore", "a\n")
    assert fix("--yes").code == 2
    assert repo.file(".gitignore").read_bytes() == b"a\n"


def test_rules_are_not_written_through_a_link(repo: Repo, fix: Fix, tmp_path: Path) -> None:
    (tmp_path / "shared").write_bytes(b"a\n")
    private(repo, ".env", SETTINGS)
    repo.link(".gitignore", "../shared")
    said = fix("--yes")
    assert said.code == 1
    assert "a link is in the way" in said.out
    assert (tmp_path / "shared").read_bytes() == b"a\n"
    assert repo.file(".gitignore").is_symlink()


def test_a_key_that_is_encoded_is_left_for_whoever_reads_it(repo: Repo, fix: Fix) -> None:
    coded = base64.b64encode(LIVE.encode()).decode()
    code = f'from sendmailos import Client\n\nclient = Client(decoded("{coded}"))\n'
    repo.write("app.py", code).write(".gitignore", ".env\n").add().commit()
    said = fix("--unsafe", "--yes")
    assert "app.py:3 left as it is: it is written in base64: replace what reads it, too" in said.out
    assert repo.file("app.py").read_text() == code
    assert coded[9:30] not in said.out + said.err


def test_rules_in_an_encoding_of_their_own_are_left(repo: Repo, fix: Fix) -> None:
    wide = "node_modules\r\n".encode("utf-16")
    private(repo, ".env", SETTINGS)
    repo.write(".gitignore", wide)
    said = fix("--yes")
    assert said.code == 1
    assert "no text in UTF-8" in said.out
    assert repo.file(".gitignore").read_bytes() == wide


def test_a_file_that_is_asked_for_by_its_name(repo: Repo, fix: Fix, tmp_path: Path) -> None:
    repo.write("x/.env", SETTINGS).write("x/b.env", SETTINGS).write("x/Dockerfile", "FROM node:20\nCOPY . .\n")
    repo.add().commit()
    assert fix("--yes", str(repo.file("x/.env")), cwd=tmp_path).code == 0
    assert repo.git("ls-files") == b"x/Dockerfile\nx/b.env\n"
    assert repo.file(".gitignore").read_bytes() == b".env\n"
    assert repo.file("x/.dockerignore").read_bytes() == b"**/.env\n"
    assert (mode(repo.file("x/.env")), mode(repo.file("x/b.env"))) == (0o600, 0o644)
    assert fix("--yes", "x/.env").out == "nothing to do\n"


def test_a_file_alone_in_a_folder_that_git_does_not_look_into(repo: Repo, fix: Fix) -> None:
    private(repo, "x/.env", SETTINGS)
    repo.write(".gitignore", "x\n")
    assert fix("--yes", "x/.env") == Said(0, "nothing to do\n", "")


# --- tracked files ----------------------------------------------------------------------------------------------------


def test_a_tracked_file_is_forgotten_and_described(repo: Repo, fix: Fix) -> None:
    private(repo, "api/.env", SETTINGS)
    head = repo.add().commit().oid()
    said = fix("--yes")
    assert said.code == 0, said
    assert repo.git("ls-files") == b""
    assert repo.file("api/.env").read_text() == SETTINGS
    assert repo.file("api/.env.example").read_text() == "# the shop\nPORT=3000\nSENDMAILOS_API_KEY=\n"
    assert ignored(repo, "api/.env")
    assert not ignored(repo, "api/.env.example")
    assert repo.oid() == head
    assert "stays in history" in said.out


def test_an_example_that_is_there_gets_what_it_lacks(repo: Repo, fix: Fix) -> None:
    private(repo, ".env", SETTINGS)
    repo.write(".env.sample", "# say where\nPORT=8080").add().commit()
    assert fix("--yes").code == 0
    assert repo.file(".env.sample").read_text() == "# say where\nPORT=8080\nSENDMAILOS_API_KEY=\n"
    assert not repo.file(".env.example").exists()


def test_an_example_that_git_would_ignore_is_not_written(repo: Repo, fix: Fix) -> None:
    private(repo, ".env", SETTINGS)
    repo.write(".gitignore", ".env*\n").add()
    repo.git("add", "--force", ".env")
    repo.commit()
    said = fix("--yes")
    assert repo.git("ls-files") == b".gitignore\n"
    assert not repo.file(".env.example").exists()
    assert said.code == 0


def test_an_example_that_cannot_be_written_is_said_and_holds_nothing_up(inside: Inside, repo: Repo) -> None:
    private(repo, ".env", SETTINGS)
    repo.link(".env.example", "../elsewhere").write("app.py", CODE).add().commit()
    said = inside("fix", "--unsafe", "--yes", cwd=repo.path)
    assert said.code == 1
    # the rule first: what is not tracked any more, and not ignored, comes back with the next git add
    assert said.out.index("ignores .env") < said.out.index("no longer tracked")
    assert ".env.example left as it is: names are missing in it: a link is in the way" in said.out
    assert repo.git("ls-files") == b".env.example\napp.py\n"
    assert repo.file("app.py").read_text() == SOURCES["app.py"][1]
    assert not (repo.path.parent / "elsewhere").exists()


def test_an_example_in_another_encoding_is_left(inside: Inside, repo: Repo) -> None:
    private(repo, ".env", SETTINGS)
    repo.write(".env.example", b"A='\n\0").add().commit()
    said = inside("fix", "--yes", cwd=repo.path)
    assert ".env.example left as it is: names are missing in it: the file is no text in UTF-8" in said.out
    assert repo.file(".env.example").read_bytes() == b"A='\n\0"


def test_what_is_staged_is_not_lost(repo: Repo, fix: Fix) -> None:
    private(repo, ".env", SETTINGS)
    repo.add().write(".env", SETTINGS + "A=1\n")
    staged = repo.git("ls-files", "--stage")
    said = fix("--yes")
    assert said.code == 2
    assert "staged content different" in said.out
    assert repo.git("ls-files", "--stage").startswith(staged)
    assert repo.file(".env").read_text() == SETTINGS + "A=1\n"


def test_a_merge_has_to_end_first(repo: Repo, fix: Fix) -> None:
    repo.conflict(".env")
    private(repo, ".env", SETTINGS)
    staged = repo.git("ls-files", "--unmerged")
    said = fix("--yes")
    assert said.code == 1
    assert ".env left as it is: git has several contents for it" in said.out
    assert repo.git("ls-files", "--unmerged") == staged


def test_an_index_in_use_is_not_waited_for(repo: Repo, fix: Fix) -> None:
    private(repo, ".env", SETTINGS)
    repo.add().commit().write(".git/index.lock", "").write("api.rb", f"# sendmailos {LIVE}\n")
    said = fix("--yes", "--unsafe")
    assert said.code == 2
    assert "index.lock': File exists" in said.out
    assert "api.rb:1 left as it is: it stands in a comment" in said.out
    assert repo.git("ls-files") == b".env\n"
    assert ignored(repo, ".env")


@pytest.mark.parametrize("kind", ["split", "sparse", "sha256", "worktree", "version 4", "shared"])
def test_an_index_of_any_kind_stays_what_it_is(kind: str, inside: Inside, tmp_path: Path) -> None:
    repo = Repo(tmp_path / "r", *(["--object-format=sha256"] if kind == "sha256" else []))
    private(repo, ".env", SETTINGS)
    repo.write("a/b/c.txt", "c\n").write("d/e.txt", "e\n").write("f.txt", "f\n").add().commit()
    if kind == "split":
        repo.git("update-index", "--split-index")
        repo.write("g.txt", "g\n").add("g.txt")
    elif kind == "sparse":
        repo.git("sparse-checkout", "set", "--cone", "--sparse-index", "d")
    elif kind == "worktree":
        repo.git("worktree", "add", "--quiet", "../w")
        repo = Repo(tmp_path / "w", init=False)
    elif kind == "version 4":
        repo.git("update-index", "--index-version", "4")
    elif kind == "shared":
        (repo.path / ".git/index").chmod(0o664)
    before, place = repo.git("ls-files"), repo.path / ".git/index"
    said = inside("fix", "--yes", cwd=repo.path)
    assert said.code == 0, said
    assert kind != "shared" or mode(place) == 0o664
    assert repo.git("ls-files") == before.replace(b".env\n", b"")
    assert repo.git("status", "--porcelain").splitlines()[0] == b"D  .env"
    assert repo.git("fsck") == b""
    if kind == "split":
        assert b"link" in place.read_bytes()
    elif kind == "sparse":
        assert b"sdir" in place.read_bytes()
    elif kind == "version 4":
        assert place.read_bytes()[4:8] == b"\0\0\0\4"


# --- permissions ------------------------------------------------------------------------------------------------------


def test_only_its_owner_reads_it_afterwards(repo: Repo, fix: Fix) -> None:
    repo.write(".env", SETTINGS).write(".gitignore", ".env\n").file(".env").chmod(0o644)
    said = fix("--yes")
    assert said.code == 0
    assert "0644 -> 0600" in said.out
    assert "commit" not in said.out
    assert mode(repo.file(".env")) == 0o600


def test_what_has_several_names_is_left(repo: Repo, fix: Fix) -> None:
    repo.write("a/.env", SETTINGS).write("a/a.txt", "a\n").write(".gitignore", "a.log\n/a/.env\n")
    repo.file("a/.env").chmod(0o644)
    private(repo, ".env", SETTINGS)
    os.link(repo.file("a/.env"), repo.path.parent / "one")
    os.link(repo.file(".gitignore"), repo.path.parent / "other")
    said = fix("--yes")
    assert said.code == 1
    assert "a/.env left as it is: it has several names" in said.out
    assert ".env left as it is: env-not-ignored: .gitignore: it has several names" in said.out
    assert mode(repo.file("a/.env")) == 0o644
    assert repo.file(".gitignore").read_bytes() == b"a.log\n/a/.env\n"


# --- images -----------------------------------------------------------------------------------------------------------


def test_no_environment_file_gets_into_an_image(repo: Repo, fix: Fix) -> None:
    repo.write("Dockerfile", "FROM node:20\nCOPY . .\n").write(".dockerignore", "*\n!*.js\n!.env\n")
    repo.write(".gitignore", ".env\n.npmrc\n").write("app.js", "x\n")
    private(repo, ".env", SETTINGS)
    said = fix("--yes")
    assert said.code == 0, said
    assert repo.file(".dockerignore").read_text() == "*\n!*.js\n!.env\n**/.env\n"
    assert ".dockerignore keeps .env out of images" in said.out


def test_a_dockerfile_with_rules_of_its_own_has_them_beside_it(repo: Repo, fix: Fix) -> None:
    repo.write("Dockerfile", "FROM node:20\nCOPY . .\n").write("Dockerfile.dockerignore", "node_modules")
    repo.write(".gitignore", ".env*\n").write("api/app.js", "x\n").write(".dockerignore", "**/.env*\n")
    private(repo, "api/.env", SETTINGS)
    private(repo, "api/.env.local", SETTINGS)
    assert fix("--yes").code == 0
    assert repo.file("Dockerfile.dockerignore").read_text() == "node_modules\n**/.env\n**/.env.local"


def test_rules_for_images_are_made_where_there_are_none(repo: Repo, fix: Fix) -> None:
    repo.write("Dockerfile", "FROM node:20\nCOPY . .\n").write(".gitignore", ".env\n")
    repo.write("app.py", CODE)
    assert fix("--unsafe", "--yes").code == 0
    assert repo.file(".dockerignore").read_text() == "**/.env\n"


# --- asking -----------------------------------------------------------------------------------------------------------


def test_nothing_is_done_where_nobody_can_be_asked(repo: Repo, fix: Fix) -> None:
    repo.write(".env", SETTINGS)
    before = snapshot(repo.path)
    for arguments in ((), ("--dry-run",), ("--unsafe",)):
        said = fix(*arguments, stdin=b"y\n")
        assert said.code == 1
        assert "+.env" in said.out
        assert ("nothing was changed" in said.out) is (arguments != ("--dry-run",))
    assert snapshot(repo.path) == before


@pytest.mark.parametrize(
    ("answer", "done"), [(b"y\n", True), (b"Yes\n", True), (b"n\n", False), (b"\n", False), (b"", False)]
)
def test_a_person_is_asked(answer: bytes, done: bool, repo: Repo, fix: Fix, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan_command, "is_terminal", lambda stream: True)
    private(repo, ".env", SETTINGS)
    said = fix(stdin=answer)
    assert "Do this? [y/N]" in said.out
    assert said.code == (0 if done else 1)
    assert repo.file(".gitignore").exists() is done


def test_where_all_is_well_there_is_nothing_to_do(repo: Repo, fix: Fix) -> None:
    private(repo, ".env", SETTINGS)
    repo.write(".gitignore", ".env\n")
    assert fix() == Said(0, "nothing to do\n", "")
    assert fix("--unsafe", "--yes") == Said(0, "nothing to do\n", "")


def test_what_is_not_asked_for_is_not_done(repo: Repo, fix: Fix) -> None:
    repo.write(".env", SETTINGS).file(".env").chmod(0o644)
    assert fix("--yes", "--ignore", "env-not-ignored").code == 0
    assert not repo.file(".gitignore").exists()
    assert mode(repo.file(".env")) == 0o600
    assert fix("--yes", "--select", "env-tracked").out == "nothing to do\n"


def test_what_is_not_there_cannot_be_fixed(repo: Repo, fix: Fix) -> None:
    assert fix("nowhere").code == 2


# --- keys in code -----------------------------------------------------------------------------------------------------

SOURCES = {
    "app.py": (
        CODE,
        'import os\n\nfrom sendmailos import Client\n\nclient = Client(os.environ["SENDMAILOS_API_KEY"])\n',
    ),
    "lib/mail.rb": (
        f"SENDMAILOS_KEY = '{LIVE}'\n",
        'SENDMAILOS_KEY = ENV.fetch("SENDMAILOS_API_KEY")\n',
    ),
    "mail.js": (
        f'const h = {{ sendmailos: "Bearer {LIVE}" }};\n',
        "const h = { sendmailos: `Bearer ${process.env.SENDMAILOS_API_KEY}` };\n",
    ),
    "mail.go": (
        f'package mail\n\nvar sendmailosKey = "{LIVE}"\n',
        'package mail\n\nimport "os"\n\nvar sendmailosKey = os.Getenv("SENDMAILOS_API_KEY")\n',
    ),
    "Mail.java": (
        f'class Mail {{ String sendmailosKey = "{LIVE}"; }}\n',
        'class Mail { String sendmailosKey = System.getenv("SENDMAILOS_API_KEY"); }\n',
    ),
    "mail.php": (
        f"<?php\n$sendmailos = '{LIVE}';\n",
        "<?php\n$sendmailos = getenv('SENDMAILOS_API_KEY');\n",
    ),
    "mail.ts": (
        f"const sendmailosKey: string = '{LIVE}';\n",
        "const sendmailosKey: string = process.env.SENDMAILOS_API_KEY!;\n",
    ),
    "src/main/resources/application.yml": (
        f"sendmailos:\n  key: {LIVE} # live\n",
        "sendmailos:\n  key: ${SENDMAILOS_API_KEY} # live\n",
    ),
    ".github/workflows/mail.yml": (
        f"env:\n  SENDMAILOS_API_KEY: {LIVE}\n",
        "env:\n  SENDMAILOS_API_KEY: ${{ secrets.SENDMAILOS_API_KEY }}\n",
    ),
}


def test_one_key_in_all_languages_is_one_variable(repo: Repo, fix: Fix) -> None:
    repo.write(".gitignore", ".env\n")
    for name, (before, _) in SOURCES.items():
        repo.write(name, before)
    repo.add().commit()
    said = fix("--unsafe", "--yes")
    assert said.code == 0, said.out
    assert {name: repo.file(name).read_text() for name in SOURCES} == {
        name: after for name, (_, after) in SOURCES.items()
    }
    assert repo.file(".env").read_text() == f"SENDMAILOS_API_KEY={LIVE}\n"
    assert mode(repo.file(".env")) == 0o600
    assert repo.file(".env.example").read_text() == "SENDMAILOS_API_KEY=\n"
    assert "gh secret set SENDMAILOS_API_KEY" in said.out
    assert LIVE not in repo.git("grep", "-h", "", "--", ".").decode()


def test_keys_of_one_vendor_have_names_of_their_own(repo: Repo, fix: Fix) -> None:
    code = (
        f'import os\nfrom sendmailos import Client\na = Client("{LIVE}")\nb = Client("{TEST}"), "{OTHER}", "{LIVE}"\n'
    )
    repo.write(".gitignore", ".env\n").write("app.py", code)
    assert fix("--unsafe", "--yes").code == 0
    names = ("SENDMAILOS_API_KEY", "SENDMAILOS_API_KEY_TEST", "SENDMAILOS_API_KEY_LIVE")
    first, second, third = (f'os.environ["{name}"]' for name in names)
    assert repo.file("app.py").read_text().endswith(f"a = Client({first})\nb = Client({second}), {third}, {first}\n")
    values = dict(line.split("=") for line in repo.file(".env").read_text().splitlines())
    assert values == dict(zip(names, (LIVE, TEST, OTHER), strict=True))


def test_what_is_in_the_environment_file_stays_and_is_used(repo: Repo, fix: Fix) -> None:
    before = f"# mine\r\nMAIL='{LIVE}'\r\nSENDMAILOS_API_KEY=another\r\n"
    private(repo, ".env", before)
    repo.write(".gitignore", ".env\n").write("a.py", CODE).write("b.py", CODE.replace(LIVE, OTHER))
    assert fix("--unsafe", "--yes").code == 0
    assert 'os.environ["MAIL"]' in repo.file("a.py").read_text()
    assert 'os.environ["SENDMAILOS_API_KEY_LIVE"]' in repo.file("b.py").read_text()
    assert repo.file(".env").read_bytes() == f"{before}SENDMAILOS_API_KEY_LIVE={OTHER}\r\n".encode()


@pytest.mark.parametrize(
    "given",
    [
        b"\xef\xbb\xbfSENDMAILOS_API_KEY=another\n",
        f"send.mail={LIVE}\nSENDMAILOS_API_KEY=another\n".encode(),
        f"VITE_SENDMAILOS_API_KEY={LIVE}\nSENDMAILOS_API_KEY=another\n".encode(),
    ],
)
def test_no_name_is_taken_that_means_something_else(given: bytes, repo: Repo, fix: Fix) -> None:
    repo.write(".gitignore", ".env\n").write("mail.js", SOURCES["mail.js"][0]).write(".env", given)
    repo.file(".env").chmod(0o600)
    assert fix("--unsafe", "--yes", "--select", "sendmailos-key").code == 0
    assert "process.env.SENDMAILOS_API_KEY_LIVE}" in repo.file("mail.js").read_text()
    assert repo.file(".env").read_bytes() == given + f"SENDMAILOS_API_KEY_LIVE={LIVE}\n".encode()


def test_nobody_changes_permissions_without_a_word(repo: Repo, fix: Fix) -> None:
    repo.write(".gitignore", ".env\n").write("app.py", CODE).write(".env", "A=1\n").file(".env").chmod(0o640)
    assert fix("--unsafe", "--yes", "--ignore", "env-file-readable").code == 0
    assert mode(repo.file(".env")) == 0o640
    said = fix("--yes")
    assert "0640 -> 0600" in said.out
    assert mode(repo.file(".env")) == 0o600


def test_the_hygiene_hook_passes_after_the_key_has_moved(repo: Repo, fix: Fix, inside: Inside) -> None:
    repo.write(".gitignore", ".env\n").write("app.py", CODE).add().commit()
    assert fix("--unsafe", "--yes").code == 0
    assert LIVE in repo.file(".env").read_text()
    repo.add()
    for umask in (0o600, 0o644):
        repo.file(".env").chmod(umask)
        done = inside("hook", "hygiene", cwd=repo.path)
        assert done.code == 0, done.out
        assert inside("scan", "--no-history", cwd=repo.path).code == 0


def test_what_its_owner_made_read_only_is_left(repo: Repo, fix: Fix) -> None:
    repo.write(".gitignore", ".env\n").write("app.py", CODE).file("app.py").chmod(0o444)
    said = fix("--unsafe", "--yes")
    assert said.code == 1
    assert "app.py:3 left as it is: it is read-only" in said.out
    assert not repo.file(".env").exists()
    repo.file("app.py").chmod(0o644)
    private(repo, ".env", "A=1\n")
    repo.file(".env").chmod(0o400)
    assert "its value belongs: it is read-only" in fix("--unsafe", "--yes").out


def test_no_key_moves_to_a_file_in_another_encoding(repo: Repo, fix: Fix) -> None:
    wide = "A=1\r\n".encode("utf-16")
    repo.write(".gitignore", ".env\n").write("app.py", CODE).write(".env", wide).file(".env").chmod(0o600)
    said = fix("--unsafe", "--yes")
    assert said.code == 1
    assert ".env, where its value belongs: the file is no text in UTF-8" in said.out
    assert repo.file(".env").read_bytes() == wide


def test_no_key_moves_to_where_git_would_see_it(repo: Repo, fix: Fix) -> None:
    repo.write(".gitignore", ".env\n").write("app.py", CODE).write(".env", "PORT=1\n").add()
    repo.git("add", "--force", ".env")
    said = fix("--unsafe", "--yes", "--select", "sendmailos-key")
    assert said.code == 1
    assert "which git tracks" in said.out
    assert repo.file("app.py").read_text() == CODE


def test_the_ignore_rule_that_a_key_needs_is_written_first(repo: Repo, fix: Fix) -> None:
    repo.write(".gitignore", "dist\n").write("app.py", CODE)
    assert fix("--unsafe", "--yes", "--select", "sendmailos-key").code == 0
    assert repo.file(".gitignore").read_text() == "dist\n.env\n"
    assert "sk_" not in repo.file("app.py").read_text()
    assert "sk_" in repo.file(".env").read_text()
    assert repo.git("status", "--porcelain", "--ignored", ".env") == b"!! .env\n"


def test_configuration_of_laravel_asks_as_laravel_does(repo: Repo, fix: Fix) -> None:
    line = f"<?php\nreturn ['key' => '{LIVE}'];\n"
    repo.write("artisan", "x").write("config/services.php", line).write("app/Mail.php", line).write(
        ".gitignore", ".env\n"
    )
    fix("--unsafe", "--yes", "--select", "sendmailos-key,sk-key")
    assert "=> env('" in repo.file("config/services.php").read_text()
    assert "=> getenv('" in repo.file("app/Mail.php").read_text()


def test_lines_that_read_a_file_that_leaves_git_are_named(repo: Repo, fix: Fix) -> None:
    repo.write("prod.env", f"SENDMAILOS_API_KEY={LIVE}\nPORT=3000\n").file("prod.env").chmod(0o600)
    repo.write("compose.yml", "services:\n  a:\n    image: x\n    env_file: prod.env\n")
    repo.write("compose.dev.yml", "services:\n  a:\n    env_file: nonprod.env\n").add().commit("files")
    said = fix("--yes")
    assert "A new clone will lack it, and compose.yml:4 reads it: create it there first" in said.out
    assert "compose.dev.yml" not in said.out
    assert repo.file("prod.env.example").read_text() == "SENDMAILOS_API_KEY=\nPORT=3000\n"


def test_no_key_moves_where_there_is_no_git(inside: Inside, tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop/app.py").write_text(CODE)
    said = inside("fix", "--unsafe", "--yes", tmp_path / "shop")
    assert said.code == 1
    assert "no git repository" in said.out
    assert (tmp_path / "shop/app.py").read_text() == CODE


def test_all_at_once_from_a_bad_beginning(repo: Repo, fix: Fix) -> None:
    repo.write(".env", SETTINGS).write("app.py", CODE.replace(LIVE, OTHER)).add().commit()
    assert fix("--unsafe", "--yes").code == 0
    assert repo.git("ls-files") == b"app.py\n"
    assert repo.file(".env").read_text() == f"{SETTINGS}SENDMAILOS_API_KEY_LIVE={OTHER}\n"
    assert mode(repo.file(".env")) == 0o600
    assert ignored(repo, ".env")
    assert (
        repo.file(".env.example").read_text()
        == "# the shop\nPORT=3000\nSENDMAILOS_API_KEY=\nSENDMAILOS_API_KEY_LIVE=\n"
    )


def test_the_environment_file_beside_the_program(repo: Repo, fix: Fix) -> None:
    repo.write(".gitignore", ".env\n").write("a/package.json", "{}\n").write("a/src/x.js", SOURCES["mail.js"][0])
    repo.write("b/docker-compose.yml", f"services:\n  a:\n    environment:\n      SENDMAILOS_API_KEY: {LIVE}\n")
    assert fix("--unsafe", "--yes").code == 0
    assert {str(path.relative_to(repo.path)) for path in repo.path.rglob(".env")} == {"a/.env", "b/.env"}
    assert "SENDMAILOS_API_KEY: ${SENDMAILOS_API_KEY}" in repo.file("b/docker-compose.yml").read_text()


def test_what_browsers_get_is_left(repo: Repo, fix: Fix) -> None:
    repo.write(".gitignore", ".env\n").write("package.json", '{"devDependencies": {"vite": "^5.0.0"}}\n')
    repo.write("vite.config.js", "export default {};\n")
    repo.write("index.html", '<script type="module" src="/src/main.js"></script>\n')
    repo.write("src/main.js", "import { sendmailosKey } from './mail';\nconsole.log(sendmailosKey);\n")
    repo.write("src/mail.js", f"export const sendmailosKey = '{LIVE}';\n")
    before = repo.file("src/mail.js").read_bytes()
    said = fix("--unsafe", "--yes")
    assert said.code == 1
    assert "src/mail.js:1 left as it is: a browser gets this file" in said.out
    assert repo.file("src/mail.js").read_bytes() == before


@pytest.mark.parametrize("asked", [".", "src", "src/mail.js"])
@pytest.mark.parametrize("settings", ["", 'ignore = ["key-in-frontend"]', 'exclude = ["index.html"]'])
def test_what_browsers_get_is_left_whatever_is_asked_for_or_ignored(
    repo: Repo, fix: Fix, asked: str, settings: str
) -> None:
    repo.write(".gitignore", ".env\n").write(".env", "").write("package.json", '{"devDependencies": {"vite": "^8"}}\n')
    repo.write("index.html", '<script type="module" src="/src/main.js"></script>\n')
    repo.write("src/main.js", "import { sendmailosKey } from './mail';\nconsole.log(sendmailosKey);\n")
    repo.write("src/mail.js", f"export const sendmailosKey = '{LIVE}';\n")
    repo.write("lib/pay.js", "export const s = process.env.STRIPE_SECRET_KEY;\n").write(".keyguard.toml", settings)
    before = repo.file("src/mail.js").read_bytes()
    said = fix("--unsafe", "--yes", str(repo.file(asked)))
    assert said.code == 1
    assert "mail.js:1 left as it is: a browser gets this file" in said.out
    assert repo.file("src/mail.js").read_bytes() == before


def test_what_somebody_allows_is_left(repo: Repo, fix: Fix) -> None:
    allowed = f'a = "{LIVE}"  # keyguard: allow[sendmailos-key] for the docs\n'
    repo.write(".gitignore", ".env\n").write("app.py", f'import os, sendmailos\n{allowed}b = "{LIVE}"\n')
    assert fix("--unsafe", "--yes").code == 0
    assert repo.file("app.py").read_text() == f'import os, sendmailos\n{allowed}b = os.environ["SENDMAILOS_API_KEY"]\n'


def test_what_nobody_has_to_hide_is_not_touched(repo: Repo, fix: Fix) -> None:
    public = key("pk_live_{alnum:32}")
    repo.write(".gitignore", ".env\n").write("a.py", f'import stripe\nSTRIPE_PUBLISHABLE_KEY = "{public}"\n')
    repo.write("b.py", f'DATABASE_URL = "postgres://shop:{key("{alnum:16}")}@localhost:5432/shop"\n')
    assert fix("--unsafe", "--yes").out == "nothing to do\n"


def test_what_cannot_be_done_is_said_with_its_place(repo: Repo, fix: Fix) -> None:
    repo.write(".gitignore", ".env\n").write("notes.md", f"sendmailos {LIVE}\n").write(
        ".env.sample", f"SENDMAILOS_API_KEY={LIVE}\n"
    )
    repo.write("app.rb", f"# sendmailos\n\n# {LIVE}\n").write("app.go", f'package a\nconst sendmailos = "{LIVE}"\n')
    said = fix("--unsafe", "--yes")
    assert said.code == 1
    assert said.out.splitlines() == [
        ".env.sample:1 left as it is: leave its value empty there",
        "app.go:2 left as it is: it is a constant of Go, and those cannot be read when the program runs: make it a variable",
        "app.rb:3 left as it is: it stands in a comment: take it out by hand",
        "notes.md:1 left as it is: nothing can look it up in a file of this kind",
    ]
    assert not repo.file(".env").exists()


def test_a_file_alone(repo: Repo, fix: Fix) -> None:
    repo.write(".gitignore", ".env\n").write("a/app.py", CODE).write("a/b.py", CODE)
    assert fix("--unsafe", "--yes", "a/app.py").code == 0
    assert repo.file("a/app.py").read_text() == SOURCES["app.py"][1]
    assert repo.file("a/b.py").read_text() == CODE


def test_no_key_is_lost_where_the_code_cannot_be_written(repo: Repo, fix: Fix, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.write(".gitignore", ".env\n").write("app.py", CODE)
    real = Files.write

    def fail(self: Files, path: bytes, old: bytes | None, new: bytes, mode: int | None = None) -> None:
        if path == b"app.py":
            raise Blocked("No space left on device")
        real(self, path, old, new, mode)

    monkeypatch.setattr(Files, "write", fail)
    said = fix("--unsafe", "--yes")
    assert said.code == 2
    assert "app.py left as it is: No space left on device" in said.out
    assert repo.file("app.py").read_text() == CODE
    assert repo.file(".env").read_text() == f"SENDMAILOS_API_KEY={LIVE}\n"
    monkeypatch.undo()
    assert fix("--unsafe", "--yes").code == 0
    assert repo.file(".env").read_text() == f"SENDMAILOS_API_KEY={LIVE}\n"


def test_no_key_is_written_once_git_would_see_it(repo: Repo, fix: Fix, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.write(".gitignore", ".env\n").write("app.py", CODE)
    real = apply.apply

    def late(*arguments: object) -> object:
        repo.write(".gitignore", "")
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr("keyguard.cli.commands.fix.apply", late)
    said = fix("--unsafe", "--yes")
    assert said.code == 2
    assert not repo.file(".env").exists()
    assert repo.file("app.py").read_text() == CODE


def test_an_index_that_cannot_be_changed_stops_what_relies_on_it(
    repo: Repo, fix: Fix, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.write(".env", SETTINGS).write("app.py", CODE.replace(LIVE, OTHER)).add().commit()

    def fail(repository: object, path: bytes) -> None:
        raise GitError("index.lock exists")

    monkeypatch.setattr("keyguard.fix.files.untracking.untrack", fail)
    said = fix("--unsafe", "--yes")
    assert said.code == 2
    assert ".env left as it is: index.lock exists" in said.out
    assert "app.py left as it is, too" in said.out
    assert repo.file(".env").read_text() == SETTINGS


def test_it_is_the_repository_of_the_file_whatever_calls_us(inside: Inside, repo: Repo, tmp_path: Path) -> None:
    other = Repo(tmp_path / "other").write(".env", "A=1\n").add().commit()
    private(repo, ".env", SETTINGS)
    repo.add().commit()
    said = inside("fix", "--yes", cwd=repo.path, GIT_DIR=str(other.path / ".git"), GIT_WORK_TREE=str(other.path))
    assert said.code == 0, said
    assert repo.git("ls-files") == b""
    assert other.git("ls-files") == b".env\n"


def test_a_file_with_a_key_in_its_name_is_changed_all_the_same(repo: Repo, fix: Fix) -> None:
    private(repo, f"sendmailos/.env.{LIVE}_old", SETTINGS)
    repo.write(f"sendmailos/{OTHER}.py", f'import os\nsendmailos = "{LIVE}"\n').add().commit()
    said = fix("--unsafe", "--yes")
    assert said.code == 1
    assert f"sendmailos/sk_live_********{OTHER[-4:]}.py:1 left as it is: a key stands in its name" in said.out
    assert "os.environ[" in repo.file(f"sendmailos/{OTHER}.py").read_text()
    assert LIVE.encode() not in repo.git("ls-files", "-z")
    # others read the rule
    assert repo.file(".gitignore").read_text().startswith(f".env.sk_live_*{LIVE[-4:]}_old\n")
    assert (
        repo.git("status", "--short", "--ignored", "sendmailos").decode().count(f"!! sendmailos/.env.{LIVE}_old") == 1
    )


def test_a_name_that_holds_a_key_is_in_no_example(repo: Repo, fix: Fix) -> None:
    private(repo, ".env", f"{SETTINGS}OLD_{LIVE}_X=1\nPORT=1\n")
    repo.add().commit()
    fix("--yes")
    assert repo.file(".env.example").read_text().splitlines()[-1] == "PORT=1"
    assert LIVE[8:16] not in repo.file(".env.example").read_text()


def test_what_a_build_writes_into_a_bundle_is_left(repo: Repo, fix: Fix) -> None:
    repo.write(".gitignore", ".env*\n").write("package.json", '{"dependencies": {"next": "^14.0.0"}}\n')
    text = f"module.exports = {{ env: {{ SENDMAILOS_API_KEY: '{LIVE}' }} }};\n"
    repo.write("next.config.js", text)
    said = fix("--unsafe", "--yes")
    assert said.code == 1
    assert "next.config.js:1 left as it is: a browser gets this file" in said.out
    assert repo.file("next.config.js").read_text() == text


def test_a_workflow_does_not_take_the_token_of_its_own(repo: Repo, fix: Fix) -> None:
    token = key("ghp_{github:30}")
    repo.write(".gitignore", ".env\n").write(".github/workflows/a.yml", f"env:\n  GITHUB_TOKEN: {token}\n")
    assert fix("--unsafe", "--yes").code == 0
    assert repo.file(".github/workflows/a.yml").read_text() == "env:\n  GITHUB_TOKEN: ${{ secrets.GH_TOKEN }}\n"
    assert repo.file(".env").read_text() == f"GH_TOKEN={token}\n"


@pytest.mark.parametrize(("in_the_way", "reason"), [("folder", "not a regular file"), ("link", "a link is in the way")])
def test_what_is_in_the_way_of_the_environment_file(in_the_way: str, reason: str, repo: Repo, fix: Fix) -> None:
    repo.write(".gitignore", ".env\n").write("app.py", CODE)
    if in_the_way == "folder":
        repo.file(".env").mkdir()
    else:
        repo.link(".env", "../elsewhere")
    said = fix("--unsafe", "--yes")
    assert said.code == 1
    assert reason in said.out
    assert repo.file("app.py").read_text() == CODE


OTHERS = {
    "vendor/mail/mail.rb": (SOURCES["lib/mail.rb"][0], "code of others"),
    "web/node_modules/mail/mail.js": (SOURCES["mail.js"][0], "code of others"),
    "mail.go": (f"// Code generated by mailgen. DO NOT EDIT.\n{SOURCES['mail.go'][0]}", "a program wrote it"),
    "mail.py": (f"# This file is auto-generated.\n{CODE}", "a program wrote it"),
    "lib/mail.min.js": (SOURCES["mail.js"][0], "a build wrote it"),
    "lib/all.js": (f"{SOURCES['mail.js'][0]}x = [{'1,' * 2600}];\n", "a build wrote it"),
    "config/application.yml": (SOURCES["src/main/resources/application.yml"][0], "nothing puts variables"),
}


def test_what_others_wrote_is_left(repo: Repo, fix: Fix) -> None:
    repo.write(".gitignore", ".env\n")
    for name, (text, _) in OTHERS.items():
        repo.write(name, text)
    said = fix("--unsafe", "--yes")
    assert said.code == 1
    reasons = {line.partition(":")[0]: line for line in said.out.splitlines()}
    for name, (text, reason) in OTHERS.items():
        assert reason in reasons[name]
        assert repo.file(name).read_text() == text
    assert not repo.file(".env").exists()
    repo.write("pom.xml", "<project/>\n")
    assert fix("--unsafe", "--yes").code == 1
    assert "${SENDMAILOS_API_KEY}" in repo.file("config/application.yml").read_text()


def test_no_secret_beside_a_key_is_shown(repo: Repo, fix: Fix) -> None:
    code = f'{CODE}DB_PASSWORD = "tulip-1"\n\n\nx = Client("{LIVE}", password="tulip-2", header="x", t=b"{OTHER}")\n'
    repo.write(".gitignore", ".env\n").write("app.py", code)
    said = fix("--unsafe", "--dry-run")
    assert "tulip" not in said.out
    assert '-DB_PASSWORD = "********"' in said.out
    assert '+DB_PASSWORD = os.environ["DB_PASSWORD"]' in said.out
    assert 'password="********", header="x"' in said.out
    assert 't=os.environ["SENDMAILOS_API_KEY_LIVE"].encode()' in said.out


def test_what_is_no_code_is_left(repo: Repo, fix: Fix) -> None:
    wide, many = CODE.encode("utf-16"), f"import sendmailos\n{CODE.splitlines()[2]}\n" * 101
    repo.write(".gitignore", ".env\n").write("wide.py", wide).write("many.py", many)
    said = fix("--unsafe", "--yes")
    assert said.code == 1
    assert "wide.py:3 left as it is: the file is no text in UTF-8" in said.out
    assert "many.py:2 left as it is: there are more than 100 keys in the file" in said.out
    assert repo.file("wide.py").read_bytes() == wide


@pytest.mark.parametrize("later", [f"\n{CODE}", CODE.replace(LIVE, OTHER), ""])
def test_what_changes_after_the_scan_is_left(later: str, repo: Repo, fix: Fix, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.write(".gitignore", ".env\n").write("app.py", CODE)
    real = run_scan

    def slowly(request: ScanRequest) -> Run:
        found = real(request)
        repo.write("app.py", later)
        return found

    monkeypatch.setattr(fix_command, "run_scan", slowly)
    said = fix("--unsafe", "--dry-run")
    assert said.code == 1
    assert "app.py:3 left as it is: it is not there any more" in said.out
    assert repo.file("app.py").read_text() == later


def test_what_could_not_be_read_is_said(repo: Repo, fix: Fix, monkeypatch: pytest.MonkeyPatch) -> None:
    private(repo, ".env", SETTINGS)
    real = run_scan

    def partly(request: ScanRequest) -> Run:
        found = real(request)
        return msgspec.structs.replace(found, coverage=msgspec.structs.replace(found.coverage, complete=False))

    monkeypatch.setattr(fix_command, "run_scan", partly)
    repo.write("a.txt", "a\n")
    assert fix().code == 2
    said = fix("--yes")
    assert said.code == 2
    assert "something could not be read" in said.out
    assert ignored(repo, ".env")


def test_no_file_is_made_with_a_key_in_its_name(repo: Repo, fix: Fix) -> None:
    names = [f"{OTHER}.env", f"backup_{OTHER}.env"]
    for name in names:
        repo.write(name, SETTINGS)
    repo.write(f"of_{OTHER}/.env", SETTINGS).add().commit()
    before = {path.name for path in repo.path.iterdir()}
    fix("--yes")
    made = {path.name for path in repo.path.iterdir()} - before
    assert made == {".env.example", ".gitignore"}
    assert repo.file(".env.example").read_text() == "# the shop\nPORT=3000\nSENDMAILOS_API_KEY=\n"
    assert OTHER not in repo.file(".gitignore").read_text()
    assert repo.file(f"of_{OTHER}/.env.example").exists()


def test_a_new_file_with_a_key_in_its_name_is_refused(repo: Repo) -> None:
    draft = Draft(Site(str(repo.path), compiled.load()))
    with pytest.raises(Blocked, match="would hold a key"):
        draft.put(b"a/x_" + OTHER.encode() + b".txt", b"x", Stage.KEEP, "keeps it")
    draft.put(OTHER.encode() + b"/x.txt", b"x", Stage.KEEP, "keeps it")
