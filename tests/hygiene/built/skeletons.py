"""Small projects of many frameworks with keys planted in every way in which code can hold one.

``{name}`` in a file stands for the key of that name. Which keys reach a browser is not written down here: a real build
tells.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple


class Skeleton(NamedTuple):
    """A project of one framework."""

    packages: tuple[str, ...]
    """The packages to install, with their versions."""
    files: Mapping[str, str]
    command: tuple[str, ...]
    """What builds it, below ``node_modules/.bin``."""
    output: tuple[str, ...]
    """The folders and files that browsers get."""


def ways(folder: str) -> dict[str, str]:
    """Modules that every bundler treats alike, for ``main`` in the same folder."""
    files = {
        "named.js": "export const named = '{named}';\nexport const unasked = '{unasked}';\n",
        "data.json": '{"key": "{json}"}\n',
        "effect.js": "globalThis.effect = '{effect}';\nexport const other = '{effect_unasked}';\n",
        "barrel.js": "export { inner } from './inner';\nexport * from './star';\nexport { never } from './never';\n",
        "inner.js": "export const inner = () => '{barrel}';\n",
        "star.js": "export function star() { return '{star}' }\nexport function dim() { return '{star_unasked}' }\n",
        "never.js": "export const never = () => '{barrel_unasked}';\n",
        "lazy.js": "export const lazy = '{lazy}';\n",
        "object.js": "export const settings = { mail: { token: '{object}' } };\n",
        "space.js": "export const one = '{namespace}';\n",
        "helper.js": "const base = '{through}';\nexport const headers = () => ({ Authorization: `Bearer ${base}` });\n",
        "class.js": "export class Mail { constructor() { this.key = '{class}'; } }\n",
        "orphan.js": "export const orphan = '{orphan}';\n",
        "default.js": "export default '{default}';\nexport const beside = '{default_unasked}';\n",
        "common.cjs": "module.exports = { key: '{commonjs}' };\n",
    }
    return {f"{folder}/{name}": text for name, text in files.items()}


def main(at: str, guard: str = "process.env.NODE_ENV !== 'production'") -> str:
    """Code that uses those modules, which lie at ``at``; ``guard`` is false in a build for production."""
    return f"""import {{ named }} from '{at}/named';
import data from '{at}/data.json';
import '{at}/effect';
import {{ inner, star }} from '{at}/barrel';
import {{ settings }} from '{at}/object';
import * as space from '{at}/space';
import {{ headers }} from '{at}/helper';
import {{ Mail }} from '{at}/class';
import first from '{at}/default';
import common from '{at}/common.cjs';
// once '{{comment}}'
const unused = '{{unused}}';
function idle() {{ return '{{unused_function}}'; }}
const text = `const key = '{{shown}}'`;
if ({guard}) console.log('{{guard}}');
export const all = () => [named, data.key, inner(), star(), settings.mail.token, space.one, headers(), new Mail(), first, common.key, text, '{{own}}'];
export const later = () => import('{at}/lazy').then((one) => one.lazy);
"""


def package(**fields: object) -> str:
    return json.dumps({"name": "shop", "private": True, "type": "module", **fields})


def needs(*names: str) -> dict[str, dict[str, str]]:
    return {"dependencies": dict.fromkeys(names, "*")}


_PAGE = '<!doctype html><div id="a"></div><script type="module" src="/src/main.js"></script>\n'
_RUN = "document.title = all().map(String).join(); later().then(console.log);\n"
_SERVER = {"server/mail.js": "export const mail = '{server}';\n"}
_VITE = main("./ways", "import.meta.env.DEV") + _RUN
_REACT = (
    "import { useState } from 'react';\n" + main("../ways") + "export function Show() {\n"
    "  const [shown, show] = useState('');\n"
    "  return <p onClick={() => later().then(show)}>{shown}{all().map(String).join()}</p>;\n}\n"
)

SKELETONS: dict[str, Skeleton] = {
    "Vite": Skeleton(
        ("vite@8",),
        {
            "package.json": package(**needs("vite")),
            "index.html": _PAGE.replace("<div", "<!-- {page_comment} --><script>window.a = '{inline}'</script><div"),
            "src/main.js": "import note from './ways/note.txt?raw';\nimport logo from './ways/logo.svg?raw';\n"
            "import './ways/site.css';\nconsole.log(note, logo, new Worker(new URL('./ways/worker.js', import.meta.url)), import.meta.glob('./ways/pages/*.md', { query: '?raw', eager: true }));\n"
            + _VITE,
            **ways("src/ways"),
            "src/ways/note.txt": "key {raw}\n",
            "src/ways/logo.svg": "<svg><desc>{svg}</desc></svg>\n",
            "src/ways/site.css": "body::after { content: '{css}'; }\n",
            "src/ways/worker.js": "postMessage('{worker}');\n",
            "src/ways/pages/a.md": "# {markdown}\n",
            "public/config.json": '{"key": "{public}"}\n',
            **_SERVER,
        },
        ("vite", "build"),
        ("dist",),
    ),
    "webpack": Skeleton(
        ("webpack@5", "webpack-cli@7"),
        {
            "package.json": package(**needs("webpack")),
            "webpack.config.cjs": "module.exports = { mode: 'production', entry: './src/main.js', resolve: { fullySpecified: false },"
            " module: { rules: [{ test: /\\.js$/, resolve: { fullySpecified: false } }] } };\n",
            "src/main.js": main("./ways") + _RUN,
            **ways("src/ways"),
            **_SERVER,
        },
        ("webpack", "build"),
        ("dist",),
    ),
    "esbuild": Skeleton(
        ("esbuild@0.28",),
        {
            "package.json": package(
                scripts={"build": "esbuild src/main.js --bundle --minify --format=esm --outdir=public/js"},
                **needs("esbuild"),
            ),
            "src/main.js": main("./ways") + _RUN,
            **ways("src/ways"),
            **_SERVER,
        },
        ("esbuild", "src/main.js", "--bundle", "--minify", "--format=esm", "--outdir=public/js"),
        ("public/js",),
    ),
    "Parcel": Skeleton(
        ("parcel@2",),
        {
            "package.json": package(**needs("parcel")),
            "index.html": _PAGE.replace("/src", "./src"),
            "src/main.js": main("./ways") + _RUN,
            **ways("src/ways"),
            **_SERVER,
        },
        ("parcel", "build", "index.html", "--no-source-maps", "--no-cache"),
        ("dist",),
    ),
    "Rsbuild": Skeleton(
        ("@rsbuild/core@2",),
        {
            "package.json": package(**needs("@rsbuild/core")),
            "src/index.js": main("./ways") + _RUN,
            **ways("src/ways"),
            **_SERVER,
        },
        ("rsbuild", "build"),
        ("dist",),
    ),
    "Astro": Skeleton(
        ("astro@5",),
        {
            "package.json": package(**needs("astro")),
            "src/pages/index.astro": "---\nimport { printed } from '../front/printed';\nimport { secret } from '../front/secret';\n"
            "const shown = '{frontmatter}';\nconst handed = '{handed}';\nconst kept = '{kept}';\nconst size = (kept + secret).length;\n---\n"
            "<p>{shown}{printed}{size}</p>\n<script define:vars={{ handed }}>console.log(handed)</script>\n"
            "<script>\nimport '../main.js';\n</script>\n",
            "src/front/printed.js": "export const printed = '{printed}';\n",
            "src/front/secret.js": "export const secret = '{front_only}';\n",
            "src/pages/api.json.js": "const key = '{endpoint}';\nexport const prerender = true;\nexport const GET = () => new Response(String(key.length));\n",
            "src/main.js": _VITE,
            **ways("src/ways"),
        },
        ("astro", "build"),
        ("dist",),
    ),
    "SvelteKit": Skeleton(
        ("@sveltejs/kit@2", "svelte@5", "vite@8", "@sveltejs/adapter-static@4", "@sveltejs/vite-plugin-svelte@7"),
        {
            "package.json": package(**needs("@sveltejs/kit", "svelte", "vite")),
            "svelte.config.js": "import adapter from '@sveltejs/adapter-static';\nexport default { kit: { adapter: adapter({ fallback: 'f.html' }) } };\n",
            "vite.config.js": "import { sveltekit } from '@sveltejs/kit/vite';\nexport default { plugins: [sveltekit()] };\n",
            "src/app.html": "<!doctype html><head>%sveltekit.head%</head><body>%sveltekit.body%</body>\n",
            "src/routes/+page.svelte": "<script>\nimport { all, later } from '$lib/main';\nconst own = '{component}';\nlater();\n</script>\n<p>{all().join()}{own}</p>\n",
            "src/routes/+page.server.js": "import { db } from '$lib/db';\nexport const load = () => ({ size: db.length });\n",
            "src/routes/+layout.js": "export const ssr = false;\nconst key = '{universal}';\nexport const load = () => ({ key });\n",
            "src/lib/main.js": main("./ways", "import.meta.env.DEV"),
            "src/lib/db.js": "export const db = '{load_only}';\n",
            **ways("src/lib/ways"),
        },
        ("vite", "build"),
        ("build",),
    ),
    "React Router": Skeleton(
        (
            "@react-router/dev@7",
            "@react-router/node@7",
            "@react-router/serve@7",
            "react-router@7",
            "react@19",
            "react-dom@19",
            "vite@7",
            "isbot@5",
        ),
        {
            "package.json": package(
                **needs("@react-router/dev", "@react-router/node", "react-router", "react", "isbot")
            ),
            "vite.config.ts": "import { reactRouter } from '@react-router/dev/vite';\nexport default { plugins: [reactRouter()] };\n",
            "app/root.tsx": "import { Outlet, Scripts } from 'react-router';\nexport default () => <html><body><Outlet /><Scripts /></body></html>;\n",
            "app/routes.ts": "import { index, route } from '@react-router/dev/routes';\nexport default [index('home.tsx'), route('about', 'about/page.tsx')];\n",
            "app/home.tsx": "import { Show } from './ui/show';\nimport { db } from './db';\nexport const loader = () => db.length + '{loader}'.length;\nexport default () => <Show />;\n",
            "app/about/page.tsx": "export default () => <p>{'{route}'}</p>;\n",
            "app/ui/show.jsx": _REACT,
            "app/db.ts": "export const db = '{loader_import}';\n",
            **ways("app/ways"),
        },
        ("react-router", "build"),
        ("build/client",),
    ),
    "Next.js": Skeleton(
        ("next@16", "react@19", "react-dom@19"),
        {
            "package.json": json.dumps({"name": "shop", "private": True, **needs("next", "react", "react-dom")}),
            "app/layout.jsx": "const key = '{layout}';\nexport default ({ children }) => <html><body data-a={key.length}>{children}</body></html>;\n",
            "app/page.jsx": "import { Show } from './ui/show';\nimport { db } from './db';\nexport default () => <Show size={db.length} />;\n",
            "app/db.js": "export const db = '{server_component}';\n",
            "app/api/route.js": "export const GET = () => new Response(String('{route_handler}'.length));\n",
            "app/ui/show.jsx": "'use client';\n" + _REACT,
            "pages/old.jsx": "import { old } from '../old';\nimport { props } from '../props';\nexport const getStaticProps = () => ({ props: { size: props.length } });\nexport default () => <p>{old}</p>;\n",
            "old.js": "export const old = '{page}';\n",
            "props.js": "export const props = '{static_props}';\n",
            **ways("app/ways"),
        },
        ("next", "build"),
        (".next/static",),
    ),
    "Nuxt": Skeleton(
        ("nuxt@4",),
        {
            "package.json": package(**needs("nuxt")),
            "nuxt.config.ts": "export default defineNuxtConfig({ ssr: true });\n",
            "app/app.vue": "<script setup>\nconst { all, later } = useWays();\nconst own = '{setup}';\nonMounted(later);\n</script>\n<template><p>{{ all() }}{{ own }}</p></template>\n",
            "app/composables/useWays.js": main("../ways", "import.meta.dev")
            + "export const useWays = () => ({ all, later });\n",
            "server/api/a.js": "export default () => '{api}'.length;\n",
            **ways("app/ways"),
        },
        ("nuxt", "build"),
        (".output/public",),
    ),
}
