"""What a configuration writes into the bundle, told by following its names; and what only looks so."""

from __future__ import annotations

from fnmatch import fnmatch

import pytest

from keyguard.hygiene.bundling import text_search
from keyguard.hygiene.bundling.contents import Kind
from keyguard.hygiene.bundling.dataflow import Dataflow
from keyguard.hygiene.bundling.inlined_options import Inlined, inlined
from keyguard.hygiene.bundling.syntax import parse
from keyguard.hygiene.data import tables

VITE = "export default { define: %s }"
PICKED = "import pick from 'lodash/pick'\nconst env = pick(process.env, ['NODE_ENV', 'JWT_SECRET'])\n"
LOADED = "export default defineConfig(({ mode }) => { const env = loadEnv(mode, '.'%s)\n return { define: %s } })"


def said(code: str, name: str = "vite.config.ts") -> list[str]:
    """The variables that get into the bundle, and ``*`` for all of the environment."""
    syntax = parse(code.encode())
    assert syntax is not None
    rows = [row for row in tables.load("browser")["inlining"] if any(fnmatch(name, one) for one in row["files"])]
    return shown(list(inlined(syntax, Dataflow(syntax, lambda prefix: prefix == b"VITE_"), rows)))


def shown(found: list[Inlined]) -> list[str]:
    names = {Kind.ALL: "*", Kind.VARIABLE: ""}
    kept = [one.content for one in found if one.content.kind in names]
    return list(dict.fromkeys(names[one.kind] or one.name.decode() for one in kept))


@pytest.mark.parametrize(
    ("code", "found"),
    [
        (VITE % "{ K: JSON.stringify(process.env.A_SECRET) }", ["A_SECRET"]),
        (VITE % "{ K: process.env['A_SECRET'] ?? process.env.OTHER }", ["A_SECRET", "OTHER"]),
        (VITE % "{ K: `'${process.env.A_SECRET}'` }", ["A_SECRET"]),
        (VITE % "{ K: String(process.env.A_SECRET!.trim()) }", ["A_SECRET"]),
        (VITE % "{ V: JSON.stringify(process.env.npm_package_version) }", ["npm_package_version"]),
        (VITE % "{ 'process.env': process.env }", ["*"]),
        (VITE % "{ K: JSON.stringify({ ...process.env, X: 1 }) }", ["*"]),
        ("const e = process.env\n" + VITE % "{ 'process.env': e }", ["*"]),
        ("const d = { 'process.env': process.env }\nexport default { define: d }", ["*"]),
        ("const define = { a: process.env.A_SECRET }\nexport default { define }", ["A_SECRET"]),
        ("const base = { a: process.env.A_SECRET }\n" + VITE % "{ ...base }", ["A_SECRET"]),
        (VITE % "{ 'process.env': Object.assign({}, process.env) }", ["*"]),
        ("const d = {}\nObject.assign(d, process.env)\n" + VITE % "d", ["*"]),
        ("const d: any = {}\nd['k'] = JSON.stringify(process.env.A_SECRET)\n" + VITE % "d", ["A_SECRET"]),
        ("const d = {}\nfor (const k in process.env) { d[k] = process.env[k] }\n" + VITE % "d", ["*"]),
        (
            "const d = {}\nfor (const [k, v] of Object.entries(process.env)) d[`process.env.${k}`] = JSON.stringify(v)\n"
            + VITE % "d",
            ["*"],
        ),
        ("const d = {}\nObject.keys(process.env).forEach(k => { d[k] = process.env[k] })\n" + VITE % "d", ["*"]),
        (
            "const d = Object.keys(process.env).reduce((all, k) => { all[k] = JSON.stringify(process.env[k]); return all }, {})\n"
            + VITE % "d",
            ["*"],
        ),
        (VITE % "Object.keys(process.env).reduce((all, k) => ({ ...all, [k]: process.env[k] }), {})", ["*"]),
        (VITE % "Object.fromEntries(Object.entries(process.env).map(([k, v]) => [k, JSON.stringify(v)]))", ["*"]),
        ("const names = ['A_SECRET', 'B_KEY']\nconst d = {}\nfor (const n of names) d[n] = process.env[n]\n" + VITE % "d", ["A_SECRET", "B_KEY"]),
        ("const { A_SECRET, ...rest } = process.env\n" + VITE % "{ a: A_SECRET }", ["A_SECRET"]),
        ("const { A_SECRET, ...rest } = process.env\n" + VITE % "{ a: rest }", ["*"]),
        ("const { A_SECRET: key = '' } = process.env\n" + VITE % "{ key }", ["A_SECRET"]),
        ("const settings = { mail: { key: process.env.A_SECRET } }\n" + VITE % "{ k: settings.mail.key }", ["A_SECRET"]),
        ("const text = value => JSON.stringify(value)\n" + VITE % "{ k: text(process.env.A_SECRET) }", ["A_SECRET"]),
        ("function all() { return { ...process.env } }\n" + VITE % "all()", ["*"]),
        ("import dotenv from 'dotenv'\nconst { parsed } = dotenv.config()\n" + VITE % "{ 'process.env': parsed }", ["*"]),
        (VITE % "{ 'process.env': require('dotenv').config().parsed }", ["*"]),
        (LOADED % (", ''", "{ 'process.env': JSON.stringify(env) }"), ["*"]),
        (LOADED % (", ''", "{ k: env.A_SECRET }"), ["A_SECRET"]),
        (LOADED % (", ['']", "{ 'process.env': env }"), ["*"]),
        (PICKED + VITE % "{ 'process.env': env }", ["NODE_ENV", "JWT_SECRET"]),
        ("module.exports = (env) => { const config = {}\nconfig.define = { k: process.env.A_SECRET }\nreturn config }", ["A_SECRET"]),
    ],
)  # fmt: skip
def test_what_gets_into_the_bundle(code: str, found: list[str]) -> None:
    assert said(code) == found


@pytest.mark.parametrize(
    "code",
    [
        LOADED % ("", "{ 'process.env': env }"),
        LOADED % (", 'VITE_'", "{ 'process.env': env }"),
        "const env = { NODE_ENV: 'production' }\n" + VITE % "{ 'process.env': env }",
        "export default { /* define: { 'process.env': process.env } */ }",
        "// define: { 'process.env': process.env }\nexport default {}",
        VITE % "{ K: `define: { 'process.env': x }` }",
        VITE % "{ HAS: JSON.stringify(!!process.env.A_SECRET) }",
        VITE % "{ HAS: process.env.A_SECRET === 'x', SIZE: process.env.A_SECRET.length }",
        VITE % "{ HAS: typeof process.env.A_SECRET }",
        VITE % "{ ON: process.env.A_SECRET ? 'yes' : 'no' }",
        VITE % "{ ID: createHash('sha256').update(process.env.A_SECRET).digest('hex') }",
        VITE % "{ env: filtered(process.env) }",
        VITE % "Object.keys(process.env).filter(k => k.startsWith('VITE_')).reduce((a, k) => ({ ...a, [k]: process.env[k] }), {})",
        "const d = {}\nfor (const k in process.env) { if (k.startsWith('VITE_')) d[k] = process.env[k] }\n" + VITE % "d",
        "const d = {}\nfor (const k in process.env) { if (!/^VITE_/.test(k)) continue\nd[k] = process.env[k] }\n" + VITE % "d",
        VITE % "Object.keys(process.env).reduce((a, k) => /^VITE_/.test(k) ? { ...a, [k]: process.env[k] } : a, {})",
        "const key = process.env.A_SECRET\nexport default { plugins: [upload({ key })], define: { a: 1 } }",
        "export default { optimizeDeps: { esbuildOptions: { define: { a: process.env.A_SECRET } } } }",
        "export default { platform: 'node', define: { a: process.env.A_SECRET } }",
        "const define = { a: process.env.A_SECRET }\nexport default { plugins: [] }",
        "function f(env) { return env }\n" + VITE % "{ a: f({ x: 1 }) }",
        "const env = loadEnv(mode, '.', '')\n" + VITE % "{ a: env.toString.name }",
        VITE % "{ a: NAMES[0], b: undefined, c: unknown.process.env.x }",
    ],
)  # fmt: skip
def test_what_only_looks_so(code: str) -> None:
    assert said(code) == []


@pytest.mark.parametrize(
    ("name", "code", "found"),
    [
        ("webpack.config.js", "new webpack.DefinePlugin({ K: JSON.stringify(process.env.A_SECRET) })", ["A_SECRET"]),
        ("webpack.config.js", "const d = { K: process.env.A_SECRET }; new DefinePlugin(d)", ["A_SECRET"]),
        ("webpack.config.js", "new webpack.EnvironmentPlugin(['A_SECRET', 'NODE_ENV'])", ["A_SECRET", "NODE_ENV"]),
        ("webpack.config.js", "new webpack.EnvironmentPlugin({ A_SECRET: null })", ["A_SECRET"]),
        ("webpack.config.js", "new webpack.EnvironmentPlugin(Object.keys(process.env))", ["*"]),
        ("webpack.config.js", "const names = ['A_SECRET']\nnew webpack.EnvironmentPlugin(names)", ["A_SECRET"]),
        ("webpack.config.js", "module.exports = { target: 'node', plugins: [new DefinePlugin({ k: process.env.A_SECRET })] }", []),
        ("next.config.mjs", "const publicEnv = { K: process.env.A_SECRET }\nexport default { env: publicEnv }", ["A_SECRET"]),
        ("next.config.mjs", "export default { sentry: { env: process.env.A_SECRET }, experimental: {} }", []),
        ("next.config.js", "module.exports = { webpack: (c, { isServer }) => { if (isServer) { c.plugins.push(new webpack.DefinePlugin({ k: process.env.A_SECRET })) } return c } }", []),
        ("next.config.js", "module.exports = { webpack: (c, { isServer }) => { if (!isServer) { c.plugins.push(new webpack.DefinePlugin({ k: process.env.A_SECRET })) } return c } }", ["A_SECRET"]),
        ("next.config.js", "module.exports = withPlugins([], { publicRuntimeConfig: { k: process.env.A_SECRET }, serverRuntimeConfig: { k: process.env.B_SECRET } })", ["A_SECRET"]),
        ("nuxt.config.ts", "export default defineNuxtConfig({ runtimeConfig: { a: process.env.A_SECRET, public: { b: process.env.B_SECRET } } })", ["B_SECRET"]),
        ("nuxt.config.ts", "const runtimeConfig = { public: { b: process.env.B_SECRET } }\nexport default { runtimeConfig }", ["B_SECRET"]),
        ("nuxt.config.ts", "export default { nitro: { storage: { public: { b: process.env.B_SECRET } } } }", []),
        ("nuxt.config.ts", "export default { app: { head: { script: [{ innerHTML: process.env.A_SECRET }] } } }", ["A_SECRET"]),
        ("quasar.config.js", "module.exports = configure(ctx => ({ build: { env: { K: process.env.A_SECRET } } }))", ["A_SECRET"]),
        ("docusaurus.config.ts", "const config = { customFields: { k: process.env.A_SECRET } }\nexport default config", ["A_SECRET"]),
        ("gatsby-config.js", "module.exports = { siteMetadata: { k: process.env.A_SECRET }, plugins: [{ k: process.env.B_SECRET }] }", ["A_SECRET"]),
        ("app.config.ts", "export default ({ config }) => ({ ...config, extra: { k: process.env.A_SECRET } })", ["A_SECRET"]),
    ],
)  # fmt: skip
def test_options_of_tools(name: str, code: str, found: list[str]) -> None:
    assert said(code, name) == found


def test_without_a_parser_only_the_block_itself_counts() -> None:
    rows = tables.load("browser")["inlining"]
    block = "{ K: process.env.A_SECRET, /* process.env.B_SECRET */ 'process.env': process.env }"
    assert shown(list(text_search.inlined((VITE % block).encode(), rows))) == ["*", "A_SECRET"]
    assert shown(list(text_search.inlined(f"// define: {block}".encode(), rows))) == []


@pytest.mark.parametrize(
    "code",
    [
        "const a = b; const b = a\n" + VITE % "{ a }",
        "const f = () => g(); const g = () => f()\n" + VITE % "f()",
        "const o = { ...o }\n" + VITE % "o",
        VITE % ("[" * 5000),
        VITE % ("process.env." + "a." * 20000 + "b"),
        "".join(f"const x{n} = {{ ...x{n + 1}, ...x{n + 1} }}\n" for n in range(60)) + VITE % "x0",
        "".join(f"x = x + x{n}\n" for n in range(3000)) + "let x\n" + VITE % "x",
        VITE % ("process.env.A ? " * 3000),
    ],
)  # fmt: skip
def test_nothing_makes_it_go_round_or_take_long(code: str) -> None:
    assert said(code) is not None
