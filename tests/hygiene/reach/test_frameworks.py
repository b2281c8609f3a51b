"""Each framework by its conventions: what of a small project reaches the browser, and the twin that does not."""

from __future__ import annotations

import json
import re
from typing import NamedTuple

import pytest

from keyguard.hygiene.data import tables
from keyguard.hygiene.reach import frameworks
from tests.hygiene.reach.projects import Project, package, path_to

KEY = "export const key = make('it')\n"


class Case(NamedTuple):
    """A project, a file that a client reaches and how, and files that none reaches."""

    name: str
    files: Project
    wanted: str
    way: str
    twins: tuple[str, ...]


def imports(place: str, name: str = "key") -> str:
    """A module that imports a name and uses it."""
    return f"import {{ {name} }} from '{place}'\nexport default () => show({name})\n"


CASES = [
    Case(
        "vite",
        {
            "package.json": package("vite"),
            "index.html": '<script type="module" src="/src/main.ts"></script>',
            "src/main.ts": imports("./key"),
            "src/key.ts": KEY,
            "server/main.ts": imports("./key"),
            "server/key.ts": KEY,
        },
        "src/key.ts",
        "script of index.html: src/main.ts > src/key.ts",
        ("server/key.ts", "server/main.ts"),
    ),
    Case(
        "vite-input",
        {
            "package.json": package("vite"),
            "vite.config.ts": "export default { build: { rollupOptions: { input: { a: resolve(dir, 'web/a.ts') } } } }",
            "web/a.ts": imports("./key"),
            "web/key.ts": KEY,
            "web/b.ts": imports("./other"),
            "web/other.ts": KEY,
        },
        "web/key.ts",
        "Vite entry: web/a.ts > web/key.ts",
        ("web/other.ts",),
    ),
    Case(
        "vite-server-build",
        {
            "package.json": package("vite"),
            "vite.config.ts": "export default { build: { rollupOptions: { input: ssr ? './srv/a.ts' : undefined } } }",
            "index.html": "<script src=main.js></script>",
            "main.js": imports("./key.js"),
            "key.js": KEY,
            "srv/a.ts": KEY,
        },
        "key.js",
        "script of index.html: main.js > key.js",
        ("srv/a.ts",),
    ),
    Case(
        "next-app",
        {
            "package.json": package("next"),
            "app/page.tsx": "import { key } from '../lib/server'\nimport Button from './button'\nuse(key)",
            "app/button.tsx": "// the button\n'use client'\n" + imports("../lib/key"),
            "app/api/send/route.ts": imports("../../../lib/server"),
            "lib/key.ts": KEY,
            "lib/server.ts": KEY,
            "middleware.ts": imports("./lib/server"),
        },
        "lib/key.ts",
        "Next.js client component: app/button.tsx > lib/key.ts",
        ("lib/server.ts", "app/page.tsx", "app/api/send/route.ts", "middleware.ts"),
    ),
    Case(
        "next-pages",
        {
            "package.json": package("next"),
            "pages/index.tsx": imports("../lib/key"),
            "pages/_document.tsx": imports("../lib/server"),
            "pages/api/send.ts": imports("../../lib/server"),
            "lib/key.ts": KEY,
            "lib/server.ts": KEY,
        },
        "lib/key.ts",
        "Next.js page: pages/index.tsx > lib/key.ts",
        ("lib/server.ts", "pages/api/send.ts", "pages/_document.tsx"),
    ),
    Case(
        "create-react-app",
        {
            "package.json": package("react-scripts"),
            "src/index.js": imports("./key"),
            "src/key.js": KEY,
            "src/setupProxy.js": "const { key } = require('./proxy')\nmodule.exports = key",
            "src/proxy.js": KEY,
        },
        "src/key.js",
        "Create React App entry: src/index.js > src/key.js",
        ("src/proxy.js", "src/setupProxy.js"),
    ),
    Case(
        "nuxt",
        {
            "package.json": package("nuxt"),
            "pages/index.vue": "<script setup>\nimport { key } from '~/lib/key'\n</script><template/>",
            "lib/key.ts": KEY,
            "lib/server.ts": KEY,
            "server/api/send.ts": imports("~/lib/server"),
            "plugins/mail.server.ts": imports("~/lib/server"),
        },
        "lib/key.ts",
        "Nuxt page: pages/index.vue > lib/key.ts",
        ("lib/server.ts", "server/api/send.ts", "plugins/mail.server.ts"),
    ),
    Case(
        "sveltekit",
        {
            "package.json": package("@sveltejs/kit"),
            "src/routes/+page.svelte": "<script>\nimport { key } from '$lib/key'\n</script>{key}",
            "src/routes/+page.server.ts": imports("$lib/hidden"),
            "src/routes/send/+server.ts": imports("$lib/hidden"),
            "src/lib/key.ts": KEY,
            "src/lib/hidden.ts": KEY,
            "src/lib/server/mail.ts": KEY,
            "src/hooks.server.ts": imports("$lib/hidden"),
        },
        "src/lib/key.ts",
        "SvelteKit page: src/routes/+page.svelte > src/lib/key.ts",
        ("src/lib/hidden.ts", "src/lib/server/mail.ts", "src/routes/+page.server.ts", "src/hooks.server.ts"),
    ),
    Case(
        "sveltekit-universal",
        {
            "package.json": package("@sveltejs/kit"),
            "src/routes/+page.ts": "import { key } from '$lib/key'\nexport const load = () => ({ key })",
            "src/lib/key.ts": KEY,
            "src/routes/+layout.server.ts": "import { key } from '$lib/hidden'\nexport const load = () => ({ key })",
            "src/lib/hidden.ts": KEY,
        },
        "src/lib/key.ts",
        "SvelteKit universal load: src/routes/+page.ts > src/lib/key.ts",
        ("src/lib/hidden.ts",),
    ),
    Case(
        "remix",
        {
            "package.json": package("@remix-run/react"),
            "app/routes/_index.tsx": (
                "import { key } from '~/key'\nimport { hidden } from '~/hidden'\nimport { mail } from '~/mail.server'\n"
                "export const loader = () => mail(hidden)\nexport default () => <p>{key}</p>"
            ),
            "app/key.ts": KEY,
            "app/hidden.ts": "export const hidden = make('it')",
            "app/mail.server.ts": "export const mail = make('it')",
        },
        "app/key.ts",
        "Remix route: app/routes/_index.tsx > app/key.ts",
        ("app/hidden.ts", "app/mail.server.ts"),
    ),
    Case(
        "react-router",
        {
            "package.json": package("@react-router/dev"),
            "app/root.tsx": "import { key } from './key'\nimport { hidden } from './hidden'\n"
            "export async function action() { return hidden }\nexport default () => <p>{key}</p>",
            "app/key.ts": KEY,
            "app/hidden.ts": "export const hidden = make('it')",
        },
        "app/key.ts",
        "React Router root: app/root.tsx > app/key.ts",
        ("app/hidden.ts",),
    ),
    Case(
        "astro",
        {
            "package.json": package("astro"),
            "src/pages/index.astro": "---\nimport Form from '../Form.tsx'\nimport Static from '../Static.tsx'\n"
            "const x = 1\n---\n<Static />\n<Form client:load to={x} />",
            "src/Form.tsx": imports("./key"),
            "src/Static.tsx": imports("./hidden"),
            "src/key.ts": KEY,
            "src/hidden.ts": KEY,
            "src/pages/send.ts": imports("../hidden"),
        },
        "src/key.ts",
        "Astro component: src/pages/index.astro > src/Form.tsx > src/key.ts",
        ("src/hidden.ts", "src/Static.tsx", "src/pages/send.ts"),
    ),
    Case(
        "astro-script",
        {
            "package.json": package("astro"),
            "src/pages/index.astro": "---\nimport { hidden } from '../hidden'\n---\n{length(hidden)}"
            "<script>\nimport { key } from '../key'\nuse(key)\n</script>",
            "src/key.ts": KEY,
            "src/hidden.ts": "export const hidden = make('it')",
        },
        "src/key.ts",
        "Astro component: src/pages/index.astro > src/key.ts",
        ("src/hidden.ts",),
    ),
    Case(
        "angular",
        {
            "package.json": package("@angular/core"),
            "angular.json": json.dumps(
                {
                    "projects": {
                        "shop": {
                            "architect": {
                                "build": {
                                    "builder": "@angular-devkit/build-angular:browser",
                                    "options": {"main": "web/begin.ts"},
                                    "configurations": {
                                        "production": {
                                            "fileReplacements": [
                                                {"replace": "web/env.ts", "with": "web/env.prod.ts"},
                                            ]
                                        }
                                    },
                                },
                                "server": {
                                    "builder": "@angular-devkit/build-angular:server",
                                    "options": {"main": "web/main.server.ts"},
                                },
                            }
                        }
                    }
                }
            ),
            "web/begin.ts": imports("./env"),
            "web/env.ts": "export const key = ''",
            "web/env.prod.ts": KEY,
            "web/main.server.ts": imports("./env.server"),
            "web/env.server.ts": KEY,
        },
        "web/env.prod.ts",
        "Angular entry: web/begin.ts > web/env.ts > web/env.prod.ts",
        ("web/env.server.ts", "web/main.server.ts"),
    ),
    Case(
        "vue-cli",
        {
            "package.json": package("@vue/cli-service"),
            "src/main.js": "import App from '@/App.vue'\nmount(App)",
            "src/App.vue": '<template/><script lang="ts">\nimport { key } from "./key"\n</script>',
            "src/key.ts": KEY,
            "vue.config.js": "const { key } = require('./build')",
            "build.js": KEY,
        },
        "src/key.ts",
        "Vue CLI entry: src/main.js > src/App.vue > src/key.ts",
        ("build.js",),
    ),
    Case(
        "gatsby",
        {
            "package.json": package("gatsby"),
            "src/pages/index.js": "import { key } from '../key'\nimport { hidden } from '../hidden'\n"
            "export async function getServerData() { return hidden }\nexport default () => show(key)",
            "src/key.js": KEY,
            "src/hidden.js": "export const hidden = make('it')",
            "src/api/send.js": imports("../hidden", "hidden"),
            "gatsby-node.js": "exports.hidden = require('./src/hidden')",
        },
        "src/key.js",
        "Gatsby page: src/pages/index.js > src/key.js",
        ("src/hidden.js", "gatsby-node.js", "src/api/send.js"),
    ),
    Case(
        "expo",
        {
            "package.json": package("expo", "expo-router", "react-native"),
            "app/index.tsx": imports("../key"),
            "app/send+api.ts": imports("../hidden"),
            "key.ts": KEY,
            "hidden.ts": KEY,
        },
        "key.ts",
        "Expo Router screen: app/index.tsx > key.ts",
        ("hidden.ts", "app/send+api.ts"),
    ),
    Case(
        "react-native",
        {
            "package.json": package("react-native"),
            "index.js": "import App from './App'\nregister(App)",
            "App.tsx": imports("./src/api"),
            "src/api.ios.ts": "import { key } from './key'\nexport { key }",
            "src/key.ts": KEY,
            "scripts/release.js": imports("../hidden"),
            "hidden.js": KEY,
        },
        "src/key.ts",
        "React Native app: App.tsx > src/api.ios.ts > src/key.ts",
        ("hidden.js", "scripts/release.js"),
    ),
    Case(
        "electron",
        {
            "package.json": package("electron", main="app/start.js"),
            "app/start.js": "const { key } = require('./key')\nrun(key)",
            "app/key.js": KEY,
            "scripts/sign.js": "const { key } = require('../hidden')\nrun(key)",
            "hidden.js": KEY,
        },
        "app/key.js",
        "Electron app, which ships whole: app/start.js > app/key.js",
        ("hidden.js", "scripts/sign.js"),
    ),
    Case(
        "webpack",
        {
            "package.json": package("webpack"),
            "webpack.config.js": "module.exports = { entry: { app: './client/app.js' } }",
            "webpack.server.js": "module.exports = { target: 'node', entry: './server/app.js' }",
            "client/app.js": imports("./key"),
            "client/key.js": KEY,
            "server/app.js": imports("./key"),
            "server/key.js": KEY,
        },
        "client/key.js",
        "webpack entry: client/app.js > client/key.js",
        ("server/key.js",),
    ),
    Case(
        "page",
        {
            "web/index.html": "<script src='js/app.js'></script><script type=module>\nimport './js/b.js'\n</script>",
            "web/js/app.js": "document.title = 'hello'",
            "web/js/b.js": "import './c.js'",
            "web/js/c.js": "import { d } from './d.js'\nuse(d)",
            "web/js/d.js": KEY,
            "web/js/e.js": KEY,
        },
        "web/js/d.js",
        "web page: web/index.html > web/js/b.js > web/js/c.js > web/js/d.js",
        ("web/js/e.js",),
    ),
    Case(
        "extension",
        {
            "src/manifest.json": '{"manifest_version": 3, "background": {"service_worker": "bg.js"}}',
            "src/bg.js": imports("./key.js"),
            "src/key.js": KEY,
            "other/manifest.json": '{"name": "a web app", "start_url": "start.js"}',
            "other/start.js": KEY,
        },
        "src/key.js",
        "browser extension, which ships whole: src/bg.js > src/key.js",
        ("other/start.js",),
    ),
    Case(
        "tanstack-start",
        {
            "package.json": package("@tanstack/react-start"),
            "src/routes/index.tsx": imports("~/key"),
            "src/routes/api/send.ts": imports("~/hidden"),
            "src/key.ts": KEY,
            "src/hidden.ts": KEY,
        },
        "src/key.ts",
        "TanStack Start route: src/routes/index.tsx > src/key.ts",
        ("src/hidden.ts", "src/routes/api/send.ts"),
    ),
    Case(
        "page-of-a-test",
        {
            "index.html": "<script src=a.js></script>",
            "a.js": imports("./key.js"),
            "key.js": KEY,
            "test/index.html": "<script src=../b.js></script>",
            "b.js": KEY,
        },
        "key.js",
        "script of index.html, which ships whole: a.js > key.js",
        ("b.js",),
    ),
    Case(
        "workers",
        {
            "index.html": "<script>\nnew Worker('work/a.js')\n</script>",
            "work/a.js": "importScripts('b.js', 'c.js')",
            "work/b.js": "importScripts('key.js')",
            "work/key.js": KEY,
            "key.js": KEY,
        },
        "work/key.js",
        "web page: index.html > work/a.js > work/b.js > work/key.js",
        ("key.js",),
    ),
    Case(
        "vite-routes",
        {
            "web/package.json": package("vite"),
            "web/vite.config.ts": "import Pages from 'vite-plugin-pages'\nPages({ dirs: ['../common/pages', './more'] })",
            "common/pages/index.vue": "<script setup>import '../key'</script>",
            "common/key.ts": KEY,
            "common/views/index.vue": "<script setup>import '../hidden'</script>",
            "common/hidden.ts": KEY,
        },
        "common/key.ts",
        "route or component of Vite: common/pages/index.vue > common/key.ts",
        ("common/hidden.ts",),
    ),
    Case(
        "rails",
        {
            "app/javascript/application.js": "import './controllers/send_controller'",
            "app/javascript/controllers/send_controller.js": imports("../lib/key"),
            "app/javascript/lib/key.js": KEY,
            "lib/task.js": imports("./key"),
            "lib/key.js": KEY,
        },
        "app/javascript/lib/key.js",
        "Rails JavaScript: app/javascript/controllers/send_controller.js > app/javascript/lib/key.js",
        ("lib/key.js",),
    ),
]


@pytest.mark.parametrize("one", frameworks.table(), ids=lambda one: one.name)
def test_the_table_holds_what_it_may(one: frameworks.Framework) -> None:
    for pattern in (*one.closed, *one.closed_anywhere, *(row.path for row in one.entries)):
        assert re.compile(pattern).groups == 0, pattern
        assert not pattern.startswith((b"/", b"^"))
    assert all(not folder.startswith(b"/") for folders in one.aliases.values() for folder in folders)


def test_the_table_has_no_other_columns() -> None:
    known = {"name", "packages", "configs", "entries", "closed", "closed_anywhere", "aliases", "use_client"}
    for row in tables.load("frameworks")["frameworks"]:
        assert row.keys() <= known, row["name"]
        assert all(one.keys() <= {"kind", "path", "removed"} for one in row.get("entries", ()))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_a_client_imports_is_reached(case: Case) -> None:
    assert path_to(case.files, case.wanted) == case.way


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_only_the_server_imports_is_not(case: Case) -> None:
    assert [twin for twin in case.twins if twin not in case.files] == []
    assert [twin for twin in case.twins if path_to(case.files, twin)] == []
