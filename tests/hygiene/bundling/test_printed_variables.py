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
