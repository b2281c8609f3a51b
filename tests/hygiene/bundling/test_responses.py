"""What code of a server hands to browsers, and what only goes through it."""

from __future__ import annotations

import pytest

from keyguard.hygiene.bundling.contents import Kind
from keyguard.hygiene.bundling.dataflow import Dataflow
from keyguard.hygiene.bundling.responses import handed
from keyguard.hygiene.bundling.syntax import parse

PROPS = "export async function getServerSideProps() { %s }"
LOAD = "import { A_SECRET } from '$env/static/private'\nimport { env } from '$env/dynamic/private'\nexport const load = async () => { %s }"
PAGE = "import Pay from './pay'\nimport Own from './own'\nexport default () => %s"


def sent(code: str, path: str = "pages/a.tsx") -> str:
    """The variables that are handed on, ``*`` for all, and a question mark after those that are only likely."""
    syntax = parse(code.encode())
    assert syntax is not None
    flow = Dataflow(syntax, lambda _: False, strict=True)
    names = {Kind.ALL: "*", Kind.VARIABLE: ""}
    found = [
        one for one in handed(path.encode(), syntax, flow, lambda text: text == b"./pay") if one.content.kind in names
    ]
    return " ".join(
        dict.fromkeys((names[one.content.kind] or one.content.name.decode()) + "?" * (not one.certain) for one in found)
    )


@pytest.mark.parametrize(
    ("code", "path", "found"),
    [
        (PROPS % "return { props: { key: process.env.A_SECRET } }", "pages/a.tsx", "A_SECRET"),
        (PROPS % "const key = process.env.A_SECRET\nreturn { props: { config: { key } } }", "pages/a.tsx", "A_SECRET"),
        (PROPS % "const props = { ...process.env }\nreturn { props }", "pages/a.tsx", "*"),
        ("export const getStaticProps = async () => ({ props: { k: process.env.A_SECRET } })", "pages/a.tsx", "A_SECRET"),
        (LOAD % "return { key: A_SECRET }", "src/routes/+page.server.ts", "A_SECRET"),
        (LOAD % "return { key: env.B_SECRET }", "src/routes/+layout.server.ts", "B_SECRET"),
        ("export const load = (async () => ({ k: process.env.A_SECRET })) satisfies Load", "src/routes/+page.server.js", "A_SECRET"),
        ("export async function loader() { return json({ k: process.env.A_SECRET }) }", "app/routes/a.tsx", "A_SECRET"),
        ("export const loader = () => ({ ENV: { k: process.env.A_SECRET } })", "app/root.tsx", "A_SECRET"),
        ("app.get('/', (req, res) => res.json(process.env))", "server.js", "*?"),
        ("app.get('/', (req, res) => res.status(200).send({ k: process.env.A_SECRET }))", "server.js", "A_SECRET?"),
        ("export const GET = () => Response.json({ k: process.env.A_SECRET })", "app/a/route.ts", "A_SECRET?"),
        ("app.get('/', (q, res) => res.send(`<script>window.E = ${JSON.stringify(process.env)}</script>`))", "server.js", "*?"),
        (PAGE % "<Pay k={process.env.A_SECRET} />", "app/page.tsx", "A_SECRET"),
        (PAGE % "<Pay {...{ k: process.env.A_SECRET }}>x</Pay>", "app/page.tsx", "A_SECRET"),
        # what only goes through
        (PAGE % "<Own k={process.env.A_SECRET} />", "app/page.tsx", ""),
        (PAGE % "<Pay ready={Boolean(process.env.A_SECRET)} n={process.env.A_SECRET?.length} />", "app/page.tsx", ""),
        (PROPS % "const a = await fetch('x', { headers: { key: process.env.A_SECRET } })\nreturn { props: { a: await a.json() } }", "pages/a.tsx", ""),
        (PROPS % "const s = new Stripe(process.env.A_SECRET)\nreturn { props: { a: await s.prices.list() } }", "pages/a.tsx", ""),
        (PROPS % "return { props: { token: sign({ id }, process.env.A_SECRET) } }", "pages/a.tsx", ""),
        (PROPS % "return { notFound: !process.env.A_SECRET, props: {} }", "pages/a.tsx", ""),
        ("export const loader = () => db(process.env.A_SECRET)", "app/routes/a.tsx", ""),
        ("export const loader = () => ({ k: process.env.A_SECRET })", "webpack/loader.js", ""),
        (LOAD % "return { n: A_SECRET.length, ok: A_SECRET === 'x' }", "src/routes/+page.server.ts", ""),
        ("fs.write(process.env.A_SECRET); log.json(process.env)", "server.js", ""),
    ],
)  # fmt: skip
def test_what_browsers_get(code: str, path: str, found: str) -> None:
    assert sent(code, path) == found
