"""Whether code at an offset runs: not in comments, not where it is shown, not under a condition that is false."""

from __future__ import annotations

import pytest

from keyguard.hygiene.reach.code import placement
from keyguard.hygiene.reach.code.placement import Place, Placement

READ = "process.env.A_SECRET"
SHOWN = f"`const a = {READ}`"


def place(text: str, path: str = "a.tsx") -> str:
    data = text.encode()
    at = data.index(READ.encode())
    return Placement(path.encode(), data).place(at, at + len(READ)).value


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"const a = {READ}", "code"),
        (f"const a = `key ${{{READ}}}`", "code"),
        (f"const a = <p title={{{READ}}} />", "code"),
        (f"const a = {{ b: [() => {READ}] }}", "code"),
        (f"const a = {SHOWN}", "text"),
        (f"throw new Error('set {READ} first')", "text"),
        (f"const a = <pre>{{{SHOWN}}}</pre>", "text"),
        (f"const a = <p>Set {READ} first</p>", "text"),
        (f"const a = <code>{READ}</code>", "text"),
        (f"const a = '{READ}'", "text"),
        (f"const a = /{READ}/", "text"),
        (f"// {READ}\n", "comment"),
        (f"/*\n * {READ}\n */", "comment"),
        (f"const a = <p>{{/* {READ} */}}</p>", "comment"),
        (f"if (import.meta.env.DEV) a({READ})", "dropped"),
        (f"if (process.env.NODE_ENV !== 'production') {{ a({READ}) }}", "dropped"),
        (f"if (process.env.NODE_ENV === 'production') {{ b() }} else {{ a({READ}) }}", "dropped"),
        (f"const a = import.meta.env.PROD ? 1 : {READ}", "dropped"),
        (f"const a = import.meta.env.SSR && {READ}", "dropped"),
        (f"if (!import.meta.env.PROD && x) a({READ})", "dropped"),
        (f"if (import.meta.env.MODE === 'development') a({READ})", "dropped"),
        (f"__DEV__ && a({READ})", "dropped"),
        (f"if (import.meta.env.DEV) b(); else a({READ})", "code"),
        (f"if (process.env.NODE_ENV === 'production') a({READ})", "code"),
        (f"if (import.meta.env.DEV || x) a({READ})", "code"),
        (f"if (debug) a({READ})", "code"),
        (f"const a = import.meta.env.DEV || {READ}", "code"),
        (f"if ({READ}) a()", "code"),
    ],
)
@pytest.mark.parametrize("parser", [True, False])
def test_scripts(text: str, found: str, parser: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not parser:
        # tokens alone tell strings and comments, and nothing of tags and conditions
        monkeypatch.setattr(placement, "parser_for", lambda _: None)
        if "<" in text or "${" in text or found == "dropped" or text.endswith("/"):
            return
    assert place(text) == found


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        ("a.vue", f"<script setup>\nconst a = {READ}\n</script>", "code"),
        ("a.vue", f"<template><p>{{{{ {READ} }}}}</p></template>", "code"),
        ("a.vue", f"<template><p :title='{READ}'></p></template>", "code"),
        ("a.vue", f"<template><pre>\n{READ}</pre></template>", "text"),
        ("a.vue", f"<template><pre>\n{{ {READ}</pre></template>", "text"),
        ("a.svelte", f"<p>{{{READ}}}</p>", "code"),
        ("a.svelte", f"<p>Set {READ}</p>", "text"),
        ("a.html", f"<!-- {READ} -->", "comment"),
        ("a.html", f"<p>x</p><code>{READ}</code>", "text"),
        ("a.html", f"<code>x</code><script>a({READ})</script>", "code"),
        ("a.html", f"<script>a('set {READ}')</script>", "text"),
        ("a.astro", f"---\n// a <script> that runs\nconst a = 1\n---\n<pre>{{{SHOWN}}}</pre>\n<script>b()</script>", "text"),
        ("a.astro", f"---\n// a <script>\n---\n<script>b({READ})</script>", "code"),
    ],
)  # fmt: skip
def test_files_with_markup(path: str, text: str, found: str) -> None:
    assert place(text, path) == found


def test_a_string_that_is_the_whole_span_may_be_code() -> None:
    data = b"headers.set('Authorization', key); a = 'Authorization: b'"
    at = data.index(b"Authorization")
    assert Placement(b"a.js", data).place(at, at + 13, quoted=True) is Place.CODE
    at = data.rindex(b"Authorization")
    assert Placement(b"a.js", data).place(at, at + 13, quoted=True) is Place.TEXT
