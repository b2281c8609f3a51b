"""What a check says does not depend on which others look at the project, nor on the order in which they do."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from keyguard.hygiene import check_table
from keyguard.hygiene.check_table import CheckFunction
from keyguard.hygiene.project.project import Project
from keyguard.model.finding import Sighting
from keyguard.model.violation import Violation
from keyguard.rules.examples import fill
from keyguard.sources.listing import Ask, Folder, Listing
from keyguard.sources.tree import listing
from tests.helpers.calling import Inside
from tests.helpers.checkout import leaking_line
from tests.helpers.repos import Repo
from tests.helpers.seeing import engine, see
from tests.hygiene.projects import NOW, examples

pytest_plugins = ("tests.helpers.commandline",)

_SPEAKING = {id: example for id, _, example in examples() if example.at}
Said = dict[str, list[Violation]]


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Folder], list[Sighting]]:
    """One repository with an example for each check, each in a folder of its own; and all keys in it."""
    repo = Repo(tmp_path_factory.mktemp("order") / "repo")
    for id, example in _SPEAKING.items():
        for path, template in example.files.items():
            repo.write(f"{id}/{path}", fill(template, "hygiene" if example.same_keys else f"hygiene {path}"))
    repo.write("web/package.json", '{"dependencies": {"vite": "8"}}')
    repo.write("web/index.html", '<script type="module" src="/src/main.js"></script>')
    repo.write("web/src/main.js", 'import { key } from "./key.js"; use(key)')
    repo.write("web/src/key.js", f"export const key = '{leaking_line(5).strip().partition('=')[2]}'")
    repo.write("web/lib/pay.js", "export const s = process.env.STRIPE_SECRET_KEY")
    repo.git("add", "--force", ".")
    repo.commit("files")
    found: Listing = listing(Ask(paths=(str(repo.path),)))
    keys = [
        one
        for folder in found.folders
        for file in folder.files
        for one in see(repo.file(file.path.decode()).read_bytes(), folder.display(file.path))
    ]
    return found.folders, keys


def ask(everything: tuple[list[Folder], list[Sighting]], order: Sequence[CheckFunction]) -> Said:
    """What each of the checks says of a project that they look at in this order."""
    folders, keys = everything
    project = Project(folders, keys, [], engine(), now=NOW)
    try:
        return {name(check): list(check(project)) for check in order}
    finally:
        project.close()


def name(check: CheckFunction) -> str:
    return f"{check.__module__}.{check.__qualname__}"


@pytest.fixture(scope="module")
def together(everything: tuple[list[Folder], list[Sighting]]) -> Said:
    """What they say in the usual order."""
    return ask(everything, check_table.CHECKS)


@pytest.mark.parametrize("check", check_table.CHECKS, ids=name)
def test_a_check_says_the_same_alone(
    everything: tuple[list[Folder], list[Sighting]], together: Said, check: CheckFunction
) -> None:
    assert ask(everything, [check, check])[name(check)] == together[name(check)]


def test_most_checks_have_something_to_say_here(together: Said) -> None:
    built = "keyguard.hygiene.checks.source_map_delivered.source_map_delivered"  # it looks at build output alone
    silent = {check for check, said in together.items() if not said} - {built}
    assert len(silent) <= 6, silent
    frontend = together["keyguard.hygiene.checks.key_in_frontend.key_in_frontend"]
    assert any(b"web/src/key.js" in spot.path for one in frontend for spot in one.spots)


@pytest.mark.parametrize("seed", range(3))
def test_all_say_the_same_in_any_order(
    everything: tuple[list[Folder], list[Sighting]], together: Said, seed: int
) -> None:
    order = random.Random(seed).sample(check_table.CHECKS, len(check_table.CHECKS))
    assert ask(everything, order) == together
    assert ask(everything, check_table.CHECKS[::-1]) == together


def test_what_is_selected_is_what_is_said_of_it_among_all(inside: Inside, tmp_path: Path) -> None:
    repo = Repo(tmp_path / "shop")
    repo.write("package.json", '{"dependencies": {"vite": "8"}}')
    repo.write("index.html", '<script type="module" src="/src/main.js"></script>')
    repo.write("src/main.js", 'import { key } from "./key.js"; use(key); use(import.meta.env.STRIPE_SECRET_KEY)')
    repo.write("src/key.js", f"export const key = '{leaking_line(5).strip().partition('=')[2]}'")
    repo.write("lib/pay.js", "export const s = process.env.STRIPE_SECRET_KEY")
    repo.write(".env.example", leaking_line(6)).write(".env", leaking_line(7)).add().commit("files")
    every = inside("scan", "-f", "json", "--no-history", cwd=repo.path).document["findings"]
    rules = {one["rule"] for one in every}
    assert {"key-in-frontend", "server-key-in-client-code", "env-example-has-key", "env-tracked"} <= rules
    for rule in sorted(rules):
        alone = inside("scan", "-f", "json", "--no-history", "--select", rule, cwd=repo.path).document["findings"]
        assert [one["id"] for one in alone] == [one["id"] for one in every if one["rule"] == rule]
