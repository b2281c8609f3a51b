"""Small projects, and which of their files reach a browser."""

from __future__ import annotations

from collections.abc import Mapping

from keyguard.hygiene.reach.client_paths import ClientPath, client_paths


def paths_to(files: Mapping[str, str], *wanted: str) -> dict[str, ClientPath]:
    """The ways to the wanted files, or to all."""
    contents = {path.encode(): text.encode() for path, text in files.items()}
    found = client_paths(contents, contents.get, [path.encode() for path in wanted or files])
    return {path.decode(): way for path, way in found.items()}


def steps(way: ClientPath) -> str:
    return " ".join(step.decode() for step in way.steps)


VITE = {
    "package.json": '{"devDependencies": {"vite": "^7.0.0"}}',
    "index.html": '<div id="root"></div><script type="module" src="/src/main.tsx"></script>',
    "src/main.tsx": "import App from './App'\nimport './index.css'\nrender(<App />)",
    "src/App.tsx": "import { send } from './lib/api'\nexport default () => <button onClick={send} />",
    "src/lib/api.ts": "import { key } from '../config.js'\nexport const send = () => fetch('/', { headers: { key } })",
    "src/config.ts": "export const key = 'abc'",
    "server/index.ts": "import { key } from './config'",
    "server/config.ts": "export const key = 'abc'",
}


def test_a_script_of_a_page_leads_to_what_it_imports() -> None:
    found = paths_to(VITE, "src/config.ts", "server/config.ts")
    assert list(found) == ["src/config.ts"]
    assert found["src/config.ts"].kind == "script of index.html"
    assert steps(found["src/config.ts"]) == "src/main.tsx src/App.tsx src/lib/api.ts src/config.ts"
