"""A key that stands in the name of a file or a branch: purge reads it from there, since no text holds it."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyguard.git.layout.repository import Repository, discover
from keyguard.model.finding import Finding
from keyguard.response.purging.secrets_in_names import secret_from_names
from keyguard.scan import run
from keyguard.sources.listing import Ask
from tests.helpers.checkout import made_up_key
from tests.helpers.repos import Repo
from tests.helpers.seeing import engine

KEYS = {place: made_up_key(seed) for seed, place in enumerate(("tree", "past", "branch", "nowhere"))}


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """A repository with a key in the name of a file, of one that is gone, and of a branch."""
    repo = Repo(tmp_path_factory.mktemp("named") / "shop")
    repo.write(f"past/{KEYS['past']}.txt", "nothing\n").add().commit()
    repo.remove(f"past/{KEYS['past']}.txt").write("a.txt", "nothing\n").add().commit()
    repo.write(f"dump-{KEYS['tree']}.sql", "nothing\n")
    repo.git("branch", f"try/{KEYS['branch']}")
    found = discover(str(repo.path))
    assert found is not None
    return found


def finding(folder: Path, text: str) -> Finding:
    """What a scan says of a key."""
    folder.mkdir()
    (folder / "a.env").write_text(f"KEY={text}\n")
    (one,) = run.run_scan(run.ScanRequest(ask=Ask(paths=(str(folder),)), jobs=1, history="no")).findings
    return one


@pytest.mark.parametrize("place", ["tree", "past", "branch"])
def test_a_key_is_read_from_a_name(place: str, named: Repository, tmp_path: Path) -> None:
    secret = secret_from_names(finding(tmp_path / "other", KEYS[place]), named, engine())
    assert secret is not None
    assert secret.reveal() == KEYS[place].encode()


def test_a_key_that_is_in_no_name_is_not_found(named: Repository, tmp_path: Path) -> None:
    assert secret_from_names(finding(tmp_path / "other", KEYS["nowhere"]), named, engine()) is None


def test_a_repository_without_commits_has_names_in_its_work_tree_alone(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "shop").write(f"{KEYS['tree']}.txt", "nothing\n")
    found = discover(str(repo.path))
    assert found is not None
    assert secret_from_names(finding(tmp_path / "other", KEYS["tree"]), found, engine()) is not None
    assert secret_from_names(finding(tmp_path / "third", KEYS["past"]), found, engine()) is None
