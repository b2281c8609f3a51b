"""Entry points that code, configurations and scripts declare; and imports of files without code."""

from __future__ import annotations

import pytest

from tests.hygiene.reach.projects import Project, package, path_to, paths_to

ROUTER = {"package.json": package("@react-router/dev", "react-router"), "app/root.tsx": "export default () => 1"}


def test_routes_that_react_router_declares() -> None:
    routes = """import { index, layout, route } from '@react-router/dev/routes'
// route('old', './old.tsx')
export default [index('home.tsx'), layout('./shell/frame.tsx', [route('about', 'about/page.tsx')])]
"""
    home = "import { key } from './lib/key'\nimport { only } from './lib/db'\nexport const loader = () => only\nexport default () => key"
    files = {
        **ROUTER,
        "app/routes.ts": routes,
        "app/home.tsx": home,
        "app/shell/frame.tsx": "",
        "app/about/page.tsx": "",
    }
    files |= {"app/old.tsx": "", "app/lib/key.ts": "export const key = f()", "app/lib/db.ts": "export const only = f()"}
    found = paths_to(files)
    assert path_to(files, "app/lib/key.ts") == "React Router route: app/home.tsx > app/lib/key.ts"
    assert {"app/shell/frame.tsx", "app/about/page.tsx"} <= found.keys()
    assert not {"app/old.tsx", "app/lib/db.ts", "app/routes.ts"} & found.keys()


@pytest.mark.parametrize(
    ("files", "wanted"),
    [
        ({"package.json": package(scripts={"build": "esbuild src/app.ts --bundle --outfile=public/a.js"})}, True),
        ({"package.json": package(scripts={"build": "esbuild src/app.ts --bundle --platform=node"})}, False),
        ({"package.json": package(scripts={"build": "tsc && parcel build src/app.ts"})}, True),
        ({"package.json": package(scripts={"build": "rollup src/app.ts --format iife"})}, True),
        ({"package.json": package(scripts={"build": "rollup src/app.ts --format es", "start": "node src/app.ts"})}, False),
        ({"package.json": package(), "rollup.config.js": "export default { input: 'src/app.ts', output: { format: 'umd' } }"}, True),
        ({"package.json": package(), "rollup.config.js": "export default { input: 'src/app.ts', output: { format: 'cjs' } }"}, False),
        ({"package.json": package(), "esbuild.config.mjs": "await build({ entryPoints: ['src/app.ts'], bundle: true })"}, True),
        ({"package.json": package(), "esbuild.config.mjs": "build({ entryPoints: ['src/app.ts'], platform: 'node' })"}, False),
        ({"package.json": package("@builder.io/qwik"), "src/root.tsx": "import './app'"}, True),
        ({"web/package.json": package("@redwoodjs/web"), "web/src/App.tsx": "import '../../src/app'"}, True),
        ({"package.json": package("ember-source"), "app/a.gts": "import '../src/app';\nconst A = <template>x</template>"}, True),
    ],
)  # fmt: skip
def test_what_bundlers_are_given(files: Project, wanted: bool) -> None:
    assert bool(path_to({**files, "src/app.ts": "run()"}, "src/app.ts")) is wanted


def test_rails_import_map() -> None:
    files = {
        "config/importmap.rb": 'pin "application"\npin_all_from "app/javascript/lib", under: "lib"\n',
        "app/javascript/lib/deep/key.js": "run()",
        "app/javascript/other/key.js": "run()",
    }
    assert set(paths_to(files)) == {"app/javascript/lib/deep/key.js"}


VITE = {"package.json": package("vite"), "index.html": '<script type="module" src="/main.ts"></script>'}


def test_files_without_code_are_imported_as_well() -> None:
    main = """import c from './c.json'
import d from './d.json' with { type: 'json' }
import t from './a.txt?raw'
import u from './x.svg?url'
import './s.css'
const pages = import.meta.glob('./pages/*.md')
use(c, d, t, u, pages, new URL('./w.json', import.meta.url))
"""
    data = ["c.json", "d.json", "a.txt", "x.svg", "s.css", "pages/a.md", "w.json"]
    files = {**VITE, "main.ts": main, "no.json": "", **dict.fromkeys(data, "")}
    assert sorted(set(paths_to(files)) & {*data, "no.json"}) == sorted(data)


def test_variants_for_platforms_are_shipped_as_well() -> None:
    files = {"package.json": package("react-native"), "index.js": "import { key } from './key'; key"}
    files |= {"key.ts": "export const key = f()", "key.ios.ts": "export const key = f()", "other.ios.ts": ""}
    assert {"key.ts", "key.ios.ts"} <= set(paths_to(files))
    assert "other.ios.ts" not in paths_to(files)
