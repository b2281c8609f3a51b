"""One project is asked many questions: each is answered as if it were the only one."""

from __future__ import annotations

import random
from itertools import permutations

import pytest

from keyguard.hygiene.reach import file_lookup
from keyguard.hygiene.reach.client_paths import ClientPath, ClientPaths, client_paths
from keyguard.hygiene.reach.code import module_loader
from tests.hygiene.reach.projects import package

SHOP = {
    "package.json": package("vite"),
    "index.html": '<script type="module" src="/src/main.js"></script>',
    "src/main.js": 'import "./shop/cart.js"; import { a } from "./lib"; const p = () => import(`./pages/${x}.js`); use(a)',
    "src/shop/cart.js": 'import { key } from "../key.js"; use(key)',
    "src/key.js": "export const key = 1",
    "src/lib/index.js": 'export { a } from "./a.js"; export { b } from "./b.js"',
    "src/lib/a.js": 'import { deep } from "./deep.js"; export const a = deep',
    "src/lib/b.js": "export const b = 2",
    "src/lib/deep.js": "export const deep = 3",
    "src/pages/home.js": "export default 4",
    "lib/pay.js": "export const s = process.env.STRIPE_SECRET_KEY",
}
#: questions that share all, some or none of what they have to look at
QUESTIONS: tuple[tuple[bytes, ...], ...] = (
    (b"lib/pay.js",),
    (b"src/key.js",),
    (b"src/lib/b.js", b"src/lib/deep.js"),
    (b"src/main.js", b"src/pages/home.js"),
)


def contents(project: dict[str, str]) -> dict[bytes, bytes]:
    return {path.encode(): text.encode() for path, text in project.items()}


def alone(held: dict[bytes, bytes], question: tuple[bytes, ...]) -> dict[bytes, ClientPath]:
    return client_paths(held, held.get, question)


def test_every_order_of_questions_gives_the_same_answers() -> None:
    held = contents(SHOP)
    expected = {question: alone(held, question) for question in QUESTIONS}
    assert expected[b"src/key.js",][b"src/key.js"].steps == (b"src/main.js", b"src/shop/cart.js", b"src/key.js")
    assert {path for ways in expected.values() for path in ways} == {
        *(b"src/key.js", b"src/lib/deep.js", b"src/main.js", b"src/pages/home.js")
    }
    for order in permutations(QUESTIONS):
        clients = ClientPaths(held, held.get)
        for question in (*order, *order):
            assert clients.paths(question) == expected[question], f"{question} in {order}"


def test_a_question_is_answered_twice() -> None:
    held = contents(SHOP)
    clients = ClientPaths(held, held.get)
    assert clients.paths([b"src/key.js"]) == clients.paths([b"src/key.js"]) != {}
    assert clients.paths(held) == clients.paths(held) == alone(held, tuple(held))


@pytest.mark.parametrize("seed", range(6))
def test_so_it_is_in_projects_in_which_anything_may_import_anything(seed: int) -> None:
    chosen = random.Random(seed)
    names = [f"src/m{number}.js" for number in range(14)]
    project = {"package.json": package("vite"), "index.html": '<script type="module" src="/src/m0.js"></script>'}
    for name in names:
        targets = chosen.sample(names, 2)
        lines = (
            f'import {{ x as x{at} }} from "./{one[4:]}"; {chosen.choice(("use", "0;void"))}(x{at})'
            if chosen.random() < 0.7
            else f'export {{ x as y{at} }} from "./{one[4:]}"'
            for at, one in enumerate(targets)
        )
        project[name] = "\n".join([*lines, "export const x = 1"])
    held = contents(project)
    questions = [tuple(chosen.sample(sorted(held), size)) for size in (1, 1, 2, 8, 12)]
    expected = {question: alone(held, question) for question in questions}
    assert any(expected.values())
    for _ in range(6):
        clients = ClientPaths(held, held.get)
        for question in chosen.sample(questions, len(questions)):
            assert clients.paths(question) == expected[question]


@pytest.mark.parametrize(("module", "budget", "least"), [(module_loader, "_BUDGET", 700), (file_lookup, "_TRIES", 3)])
def test_what_one_question_costs_is_not_missing_from_the_next(
    monkeypatch: pytest.MonkeyPatch, module: object, budget: str, least: int
) -> None:
    monkeypatch.setattr(module, budget, least)
    held = contents(SHOP)
    expected = {question: alone(held, question) for question in QUESTIONS}
    for order in permutations(QUESTIONS):
        clients = ClientPaths(held, held.get)
        for question in order:
            assert clients.paths(question) == expected[question]
