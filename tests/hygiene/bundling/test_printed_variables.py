"""Variables of the environment that templates print into pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyguard.hygiene.bundling.printed_variables import printed_variables
from tests.helpers.calling import Inside
from tests.helpers.repos import Repo

pytest_plugins = ("tests.helpers.commandline",)

PRINTED = {
    ("a.blade.php", "{{ env('STRIPE_SECRET') }}"): "STRIPE_SECRET",
    ("a.blade.php", "{!! config('services.stripe.secret') !!}"): "SERVICES_STRIPE_SECRET",
    ("a.blade.php", "{{ config(\n 'services.x') }}"): None,
    ("a.php", "<?= getenv('MAIL_SECRET') ?>"): "MAIL_SECRET",
    ("a.php", "<html><?php echo $_ENV['MAIL_SECRET']; ?>"): "MAIL_SECRET",
    ("a.php", "<?php $a = getenv('MAIL_SECRET'); ?>"): None,
    ("a.erb", "<%= ENV['MAIL_SECRET'] %>"): "MAIL_SECRET",
    ("a.erb", '<%= ENV.fetch("MAIL_SECRET") %>'): "MAIL_SECRET",
    ("a.erb", "<% if ENV['MAIL_SECRET'] %>"): None,
    ("a.erb", "<%= Rails.application.credentials.stripe.secret_key %>"): "STRIPE_SECRET_KEY",
    ("a.ejs", "<%- process.env.MAIL_SECRET %>"): "MAIL_SECRET",
    ("a.ejs", "<script>window.__ENV__ = <%- JSON.stringify(process.env) %></script>"): "",
    ("a.pug", "p #{process.env.MAIL_SECRET}\n"): "MAIL_SECRET",
    ("a.jinja2", "{{ config['SECRET_KEY'] }}"): "SECRET_KEY",
    ("a.html", "{{ settings.SECRET_KEY }}"): "SECRET_KEY",
    ("a.html", "{{ settings.theme }}"): None,
    ("a.heex", '<%= System.get_env("MAIL_SECRET") %>'): "MAIL_SECRET",
    ("a.cshtml", '@(Configuration["Stripe.Secret"])'): "STRIPE_SECRET",
    ("a.erb", "<script>var env = <%== ENV.to_h.to_json %></script>"): "",
}


@pytest.mark.parametrize(("place", "name"), PRINTED.items())
def test_what_a_template_prints(place: tuple[str, str], name: str | None) -> None:
    found = list(printed_variables(place[0].encode(), place[1].encode()))
    assert [one.name for one in found] == ([] if name is None else [name])


ELEMENTS = {
    "<meta name='k' content={process.env.MAIL_SECRET} />": True,
    "<p>{process.env.MAIL_SECRET}</p>": True,
    "<script dangerouslySetInnerHTML={{ __html: `window.E = ${JSON.stringify(process.env)}` }} />": True,
    "<script>{JSON.stringify(process.env)}</script>": True,
    "<p>{process.env.MAIL_SECRET && <b>ready</b>}</p>": False,
    "<p>{process.env.MAIL_SECRET ? 'on' : 'off'}</p>": False,
    "<p data-on={!!process.env.MAIL_SECRET} onClick={() => send(process.env.MAIL_SECRET)}>x</p>": False,
    "<p>{sign(user, process.env.MAIL_SECRET)}</p>": False,
    "<p>{process.env.MAIL_SECRET.slice(-4)}</p>": False,
    "<pre>{'process.env.MAIL_SECRET'}</pre>": False,
}


@pytest.mark.parametrize(("element", "told"), ELEMENTS.items())
def test_elements_that_a_server_renders(element: str, told: bool, inside: Inside, tmp_path: Path) -> None:
    repo = Repo(tmp_path / "shop")
    repo.write("package.json", '{"dependencies": {"next": "15", "react": "19"}}')
    repo.write("app/layout.tsx", f"export default function Layout() {{\n  return <html>{element}</html>;\n}}\n")
    said = inside("scan", "-f", "json", "--only", "hygiene", "--select", "secret-sent-to-browser", cwd=repo.path)
    assert bool(said.document["findings"]) is told


#: configuration -> what of it is told: the check and the name
CONFIGURATIONS = {
    ("vite.config.ts", "export default { envPrefix: '' }"): ("env-inlined-in-bundle", "the whole environment"),
    ("vite.config.ts", "export default { envPrefix: ['VITE_', ''] }"): (),
    ("vite.config.ts", "export default { plugins: [EnvironmentPlugin('all')] }"): (
        "env-inlined-in-bundle",
        "the whole environment",
    ),
    ("vite.config.ts", "export default { plugins: [EnvironmentPlugin(['MAIL_SECRET', 'MODE'])] }"): (
        "env-inlined-in-bundle",
        "MAIL_SECRET",
    ),
    ("vite.config.ts", "const env = loadEnv('', '.');\nexport default { define: { K: env.GEMINI_API_KEY } }"): (
        "env-inlined-in-bundle",
        "GEMINI_API_KEY",
    ),
    (
        "astro.config.mjs",
        "export default { env: { schema: { MAIL_SECRET: envField.string({ context: 'client', access: 'public' }) } } }",
    ): ("env-inlined-in-bundle", "MAIL_SECRET"),
    (
        "astro.config.mjs",
        "export default { env: { schema: { MAIL_SECRET: envField.string({ context: 'server', access: 'secret' }) } } }",
    ): (),
}


@pytest.mark.parametrize(("given", "told"), CONFIGURATIONS.items())
def test_what_configurations_hand_to_browsers(
    given: tuple[str, str], told: tuple[str, ...], inside: Inside, tmp_path: Path
) -> None:
    repo = Repo(tmp_path / "shop")
    repo.write("package.json", '{"devDependencies": {"vite": "7"}}')
    repo.write(*given)
    found = inside("scan", "-f", "json", "--only", "hygiene", "--no-history", cwd=repo.path).document["findings"]
    said = [(one["rule"], one["message"]) for one in found if one["occurrences"][0]["path"] == given[0]]
    assert [rule for rule, _ in said] == list(told[:1])
    assert all(message.startswith(told[1]) for _, message in said)


def test_prefixes_that_a_configuration_adds(inside: Inside, tmp_path: Path) -> None:
    repo = Repo(tmp_path / "shop")
    repo.write("web/package.json", '{"devDependencies": {"vite": "7"}}')
    repo.write("web/vite.config.ts", "export default { envPrefix: ['VITE_', 'SHOP_'] }\n")
    repo.write("web/.env.example", "SHOP_MAIL_SECRET=\nSHOP_TITLE=\nOTHER_MAIL_SECRET=\n")
    repo.write("api/.env.example", "SHOP_MAIL_SECRET=\n")
    said = inside("scan", "-f", "json", "--only", "hygiene", "--select", "public-env-prefix", cwd=repo.path)
    (finding,) = said.document["findings"]
    assert [one["path"] for one in finding["occurrences"]] == ["web/.env.example"]
    assert "envPrefix of web/vite.config.ts" in str(finding)


def test_only_secrets_are_reported(inside: Inside, tmp_path: Path) -> None:
    repo = Repo(tmp_path / "shop")
    repo.write(
        "resources/views/pay.blade.php",
        '<meta name="key" content="{{ config(\'services.stripe.secret\') }}">\n'
        "<script>Stripe('{{ env('STRIPE_PUBLISHABLE_KEY') }}')</script>\n{{ config('app.name') }}\n"
        "{{ env('RECAPTCHA_SITE_KEY') }}\n@if (env('STRIPE_SECRET'))\n",
    )
    repo.write("app/templates/base.html", "<p>{{ config.SECRET_KEY }}</p>\n")
    repo.write("web/index.html", "<p>{{ config.SECRET_KEY }}</p>\n")
    repo.write("views/a.ejs", "<script>window.ENV = <%- JSON.stringify(process.env) %></script>\n")
    repo.write("tests/views/a.ejs", "<script>window.ENV = <%- JSON.stringify(process.env) %></script>\n")
    said = inside("scan", "-f", "json", "--only", "hygiene", "--select", "secret-sent-to-browser", cwd=repo.path)
    places = {f"{one['occurrences'][0]['path']}:{one['occurrences'][0]['line']}" for one in said.document["findings"]}
    assert places == {"resources/views/pay.blade.php:1", "app/templates/base.html:1", "views/a.ejs:1"}
