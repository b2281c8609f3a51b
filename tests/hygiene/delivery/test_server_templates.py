"""Keys in templates of servers: the text and what tags print reach a browser, code in the other tags does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyguard.hygiene.delivery.server_templates import Kind, delivery, is_template, tags
from tests.helpers.calling import Inside
from tests.helpers.checkout import made_up_key
from tests.helpers.repos import Repo

pytest_plugins = ("tests.helpers.commandline",)

SCRIPT = "<script>\nconst key = '{ships}';\n</script>\n<!-- {ships} -->\n"
#: {ships}: in the page; {server}: not; {comment}: in the file alone
TEMPLATES = {
    "resources/views/a.blade.php": SCRIPT
    + "{{ '{ships}' }}\n{{-- {comment} --}}\n@php\n$a = '{server}';\n@endphp\n{!! '{ships}' !!}\n",
    "app/views/b.html.erb": SCRIPT + "<%= '{ships}' %>\n<% key = '{server}' %>\n<%# {comment} %>\n",
    "views/c.ejs": SCRIPT + "<%- '{ships}' %>\n<%= '{ships}' %>\n<% const a = '{server}' %>\n",
    "views/d.hbs": SCRIPT + "{{!-- {comment} --}}\n{{! {comment} }}\n",
    "views/e.pug": "script.\n  const key = '{ships}';\n//- {comment}\n- const a = '{server}'\np= '{ships}'\n",
    "templates/f.html.twig": SCRIPT + "{% set a = '{server}' %}\n{# {comment} #}\n{{ '{ships}' }}\n",
    "templates/g.jinja2": SCRIPT + "{% set a = '{server}' %}\n{# {comment} #}\n",
    "src/main/webapp/h.jsp": SCRIPT + "<% String a = \"{server}\"; %>\n<%-- {comment} --%>\n${'{ships}'}\n",
    "Views/i.cshtml": SCRIPT + '@{ var a = "{server}"; if (a != null) { a = "{server}"; } }\n@* {comment} *@\n',
    "theme/j.liquid": SCRIPT + "{% comment %}{comment}{% endcomment %}\n{% assign a = '{server}' %}\n",
    "lib/web/k.heex": SCRIPT + '<%!-- {comment} --%>\n<% a = "{server}" %>\n',
    "public/l.php": "<?php $a = '{server}'; ?>\n"
    + SCRIPT
    + "<?= '{ships}' ?>\n<?php echo '{ships}'; ?>\n<?php $b = '{server}';\n",
    "m.php": "<?php\n$a = '{server}';\nwp_localize_script('a', 'b', ['key' => '{ships}']);\n$c = '{server}';\n",
    "n.php": "<?php\n$a = '{server}';\n",
    "web/o.tmpl": SCRIPT + "{{/* {comment} */}}\n",
    "deploy/p.tmpl": "sendmailos_key = {server}\n",
    "deploy/q.tpl": "SENDMAILOS_KEY={server}\n",
}


def test_what_a_page_contains_is_reported(inside: Inside, tmp_path: Path) -> None:
    repo, expected, seed = Repo(tmp_path / "shop"), dict[str, str](), 0
    for path, text in TEMPLATES.items():
        for line, content in enumerate(text.splitlines(), 1):
            for kind, severity in (("ships", "critical"), ("comment", "low")):
                if f"{{{kind}}}" in content:
                    expected[f"{path}:{line}"] = severity
        while found := next((kind for kind in ("ships", "server", "comment") if f"{{{kind}}}" in text), ""):
            text, seed = text.replace(f"{{{found}}}", made_up_key(seed), 1), seed + 1
        repo.write(path, text)
    said = inside("scan", "-f", "json", "--select", "key-in-frontend", "--no-history", cwd=repo.path)
    assert {
        f"{place['path']}:{place['line']}": one["severity"]
        for one in said.document["findings"]
        for place in one["occurrences"]
    } == expected


@pytest.mark.parametrize("path", ["a.erb", "a.php", "a.twig", "a.cshtml", "a.pug", "a.jsp", "a.blade.php"])
@pytest.mark.parametrize("text", [b"", b"<%", b"{{", b"@{", b"<?php", b"-- {{", b"@{{", b"\n- ", b"{% comment %}"])
def test_a_tag_that_is_not_closed_reaches_to_the_end(path: str, text: bytes) -> None:
    found = list(tags(path.encode(), text * 50))
    assert all(one.start < one.end <= len(text) * 50 for one in found)
    assert [one.start for one in found] == sorted({one.start for one in found})


def test_many_openings_are_looked_at_once() -> None:
    data = b"<% " * 100_000
    assert [(one.start, one.end, one.kind) for one in tags(b"a.erb", data)] == [(0, len(data), Kind.RUN)]
    assert sum(1 for _ in tags(b"a.pug", b"\n- a" * 100_000)) == 100_000


def test_other_files_are_no_templates() -> None:
    assert not is_template(b"src/a.py")
    assert delivery(b"src/a.ts", b"<script>") is None
