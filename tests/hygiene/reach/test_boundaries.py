"""What a file says of itself, and what is taken out of it before it is shipped."""

from __future__ import annotations

import pytest

from tests.hygiene.reach.projects import package, path_to, paths_to

CLIENT = "'use client'\nimport { key } from './key'\nexport default () => show(key)"


def next_app(**files: str) -> dict[str, str]:
    return {"package.json": package("next"), "app/button.tsx": CLIENT.replace("./key", "../lib/key"), **files}


@pytest.mark.parametrize(
    "content",
    [
        "import 'server-only'\nexport const key = make()",
        'import "server-only";\nexport const key = make()',
        "'use server'\nexport const key = async () => make()",
        '// actions\n/* all of them */\n"use server";\nexport const key = async () => make()',
        "'use strict'\n'use server'\nexport const key = async () => make()",
    ],
)
def test_a_file_that_says_so_stays_at_the_server(content: str) -> None:
    files = next_app(**{"lib/key.ts": content + "\nimport { more } from './more'\nuse(more)", "lib/more.ts": "make()"})
    assert path_to(files, "lib/key.ts") == ""
    assert path_to(files, "lib/more.ts") == ""


@pytest.mark.parametrize(
    "content",
    [
        "export const key = make('server-only')",
        "// import 'server-only'\nexport const key = make()",
        "export const key = async () => { 'use server'; make() }",
        "make()\n'use server'\nexport const key = 1",
        "import { other } from 'server-only-not'\nexport const key = other()",
    ],
)
def test_a_file_that_only_mentions_it_does_not(content: str) -> None:
    assert path_to(next_app(**{"lib/key.ts": content}), "lib/key.ts")


@pytest.mark.parametrize(
    "content",
    [
        "'use client'\nmake()",
        '\ufeff"use client";\nmake()',
        "/* eslint-disable */\n// a button\n'use client'\nmake()",
        "'use strict'; 'use client'\nmake()",
    ],
)
def test_use_client_begins_a_client(content: str) -> None:
    assert (
        path_to({"package.json": package("next"), "ui/a.tsx": content}, "ui/a.tsx")
        == "Next.js client component: ui/a.tsx"
    )


@pytest.mark.parametrize("content", ["// 'use client'\nmake()", "make()\n'use client'", "make('use client')"])
def test_what_is_no_directive_begins_nothing(content: str) -> None:
    assert path_to({"package.json": package("next"), "ui/a.tsx": content}, "ui/a.tsx") == ""


def test_use_client_means_nothing_without_a_framework_that_knows_it() -> None:
    assert path_to({"package.json": package("express"), "ui/a.tsx": "'use client'\nmake()"}, "ui/a.tsx") == ""


def test_private_environment_of_sveltekit_stays_at_the_server() -> None:
    files = {
        "package.json": package("@sveltejs/kit"),
        "src/routes/+page.svelte": "<script>import { a } from '$lib/a'; import { b } from '$lib/b'</script>",
        "src/lib/a.ts": "import { MAIL } from '$env/static/private'\nexport const a = make(MAIL)",
        "src/lib/b.ts": "import { MAIL } from '$env/static/public'\nexport const b = make(MAIL)",
    }
    assert list(paths_to(files, "src/lib/a.ts", "src/lib/b.ts")) == ["src/lib/b.ts"]


def test_names_that_end_in_server_are_only_names_elsewhere() -> None:
    files = {"a.html": "<script src=a.js></script>", "a.js": "import './key.server.js'", "key.server.js": "make()"}
    assert path_to(files, "key.server.js") == "script of a.html, which ships whole: a.js > key.server.js"


def test_a_package_of_the_project_keeps_its_server_files_too() -> None:
    files = {
        "apps/web/package.json": package("@remix-run/react"),
        "apps/web/app/root.tsx": "import { mail } from '@shop/mail'\nexport default () => mail()",
        "packages/mail/package.json": '{"name": "@shop/mail", "main": "index.ts"}',
        "packages/mail/index.ts": "export { mail } from './send.server'\nexport { open } from './open'\nmake()",
        "packages/mail/send.server.ts": "export const mail = make()",
        "packages/mail/open.ts": "export const open = make()",
    }
    assert path_to(files, "packages/mail/send.server.ts") == ""
    assert path_to(files, "packages/mail/open.ts")


PAGE = """
import { key } from '../lib/key'
import { shown } from '../lib/shown'
import { both } from '../lib/both'
import { Later } from '../lib/later'

const client = new Client(key)
function ask() { return client.ask(both) }

export async function getServerSideProps() {
  const { deep } = await import('../lib/deep')
  return ask(deep)
}

export default function Page(props: Later) {
  return <p onClick={() => both()}>{shown}</p>
}
"""
NAMES = ("key", "shown", "both", "later", "deep")


def page(text: str) -> dict[str, str]:
    libraries = {f"lib/{name}.ts": f"export const {name} = make()" for name in NAMES}
    return {"package.json": package("next"), "pages/index.tsx": text, **libraries}


def test_what_only_removed_exports_use_goes_with_them() -> None:
    found = paths_to(page(PAGE), *(f"lib/{name}.ts" for name in NAMES))
    assert list(found) == ["lib/both.ts", "lib/shown.ts"]


def test_a_removed_export_that_is_exported_by_its_name_goes_too() -> None:
    text = PAGE.replace("export async function getServer", "async function getServer")
    found = paths_to(page(text + "export { getServerSideProps }"), *(f"lib/{name}.ts" for name in NAMES))
    assert list(found) == ["lib/both.ts", "lib/shown.ts"]


def test_an_export_of_another_name_stays() -> None:
    found = paths_to(page(PAGE.replace("getServerSideProps", "getInitialProps")), "lib/key.ts", "lib/deep.ts")
    assert list(found) == ["lib/deep.ts", "lib/key.ts"]


def test_the_stretches_that_stay_at_the_server_are_told() -> None:
    server_spans = paths_to(page(PAGE), "pages/index.tsx")["pages/index.tsx"].server_spans
    texts = [PAGE.encode()[start:end].split(b"(")[0] for start, end in server_spans]
    assert texts == [b"const client = new Client", b"function ask", b"export async function getServerSideProps"]


def test_the_front_of_astro_stays_and_the_rest_does_not() -> None:
    text = "---\nconst hidden = make()\n---\n<p>{shown}</p>\n"
    found = paths_to({"package.json": package("astro"), "src/pages/a.astro": text})["src/pages/a.astro"]
    assert [text[start:end] for start, end in found.server_spans] == ["const hidden = make()\n"]


def test_a_type_made_of_a_removed_export_is_no_use_of_it() -> None:
    text = (
        "import { key } from '../key'\nexport const loader = () => key\n"
        "export default () => useLoaderData<typeof loader>()"
    )
    files = {
        "package.json": package("@remix-run/react"),
        "app/routes/a.tsx": text,
        "app/key.ts": "export const key = make()",
    }
    assert path_to(files, "app/key.ts") == ""
    assert path_to({**files, "app/routes/a.tsx": text + "\nuse(loader)"}, "app/key.ts")


@pytest.mark.parametrize(
    ("name", "reached"),
    [
        ("app/routes/a.test.tsx", False),
        ("app/routes/a.spec.ts", False),
        ("app/routes/__tests__/a.tsx", False),
        ("app/routes/a.stories.tsx", False),
        ("app/routes/a.tested.tsx", True),
    ],
)
def test_tests_and_stories_begin_nothing(name: str, reached: bool) -> None:
    assert bool(path_to({"package.json": package("@remix-run/react"), name: "make()"}, name)) is reached


SERVER_FUNCTIONS = [
    "export const send = async () => {{ 'use server'; return mail({}) }}",
    "export async function send() {{\n  // at the server\n  'use server'\n  return mail({}) }}",
    "export const send = createServerFn({{ method: 'POST' }}).validator(check).handler(async () => mail({}))",
    "export const send = createServerOnlyFn(() => mail({}))",
    "const helper = () => mail({})\nexport const send = createServerFn().handler(() => helper())",
]


@pytest.mark.parametrize("code", SERVER_FUNCTIONS)
@pytest.mark.parametrize("name", ["a.ts", "a.jsx"])
def test_the_body_of_a_function_for_the_server_stays_there(code: str, name: str) -> None:
    text = "import { key } from './key'\nimport { mail } from './mail'\n" + code.format("key")
    files = {"a.html": f"<script type=module src={name}></script>", "key.ts": "make()", "mail.ts": "make()", name: text}
    assert list(paths_to(files, "key.ts", "mail.ts")) == []
    assert list(paths_to({**files, name: text + "\nmail()"}, "key.ts", "mail.ts")) == ["mail.ts"]
    server_spans = paths_to(files, name)[name].server_spans
    assert [one for one in server_spans if b"mail(key)" in text.encode()[slice(*one)]]


@pytest.mark.parametrize(
    "code",
    [
        "export const send = () => { mail(key); 'use server' }",
        "export const send = () => { mail(key); ask('use server') }",
        "export const send = app.handler(async () => mail(key))",
    ],
)
def test_a_function_that_only_looks_like_one_for_the_server_is_shipped(code: str) -> None:
    text = "import { key } from './key'\n" + code
    files = {"a.html": "<script type=module src=a.ts></script>", "key.ts": "make()", "a.ts": text}
    assert path_to(files, "key.ts")
