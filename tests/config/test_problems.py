"""A configuration that is wrong is answered with its place, what is wrong, and what to write."""

from __future__ import annotations

import pytest

from keyguard.config import project_config
from keyguard.config.project_config import Config, Settings
from keyguard.model.finding import Configuration
from keyguard.support.errors import ConfigError

_PATHS = "[[paths]]\nmatch = ['a']\n"


def refused(text: str, name: str = "k.toml") -> str:
    with pytest.raises(ConfigError) as caught:
        project_config.parse(name, text.encode(), Configuration("file"))
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[paths]]\nseverity = 'low'\n", 'k.toml:1: paths: match is missing: write match = ["testdata/"]'),
        (
            f"{_PATHS}seve = 'low'\n",
            "k.toml:3: [[paths]]: unknown key 'seve', did you mean 'severity'? valid keys are match, severity, ignore",
        ),
        (
            "[hooks]\nfail-on = 3\n",
            'k.toml:2: hooks: fail-on: Expected `str`, got `int`: write fail-on = "high" (one of',
        ),
        (
            "[hooks]\nfail = 3\n",
            "k.toml:2: [hooks]: unknown key 'fail', did you mean 'fail-on'? valid keys are fail-on, all",
        ),
        ("jobs = 300\n", "k.toml:1: jobs: Expected `int` <= 256: write jobs = 2 (whole number)"),
        ("verbose = 'yes'\n", "write verbose = true (true or false)"),
        ("[paths]\nmatch = ['a']\n", "(list of tables, or tables [[paths]])"),
        ("[severity]\njwt = 'bad'\n", "k.toml:2: severity: jwt: 'bad' is not a severity: info, low"),
        (f"{_PATHS}severity = 'bad'\n", "k.toml:3: paths: severity: 'bad' is not a severity"),
        ("[hooks]\nfail-on = 'bad'\n", "k.toml:2: hooks: fail-on: 'bad' is not a severity"),
        ("[[paths]]\nmatch = []\nseverity = 'low'\n", "k.toml:2: paths: match: it is empty: name files"),
        (_PATHS, "k.toml:1: paths: 'a': add severity or ignore"),
        (
            "[[paths]]\nmatch = ['[a']\nseverity = 'low'\n",
            "k.toml:2: paths: match: '[a' matches nothing: [ is never closed",
        ),
        ("only = 'hygiene'\nno-hygiene = true\n", "this leaves nothing: leave one of them out"),
        (f"{_PATHS}severity = 'low'\n{_PATHS}# b\nseverity = 'bad'\n", "k.toml:7: paths: severity: 'bad' is not a"),
        ("severity.jwt = 'bad'\n", "k.toml:1: severity: jwt: 'bad' is not a severity"),
        ("# a\npaths = [{ match = ['a'] }]\n", "k.toml:2: paths: 'a': add severity or ignore"),
        ("[hooks]\n[severity]\n'jwt' = 'bad'\n", "k.toml:3: severity: jwt: 'bad' is not a severity"),
        ("verbose = true\nmax-size = '20X'\n", "k.toml:2: max-size: '20X' is not a size"),
        ("\n[revoked]\n'KG-7f3a9c' = '31.1.2026'\n", "k.toml:3: revoked: KG-7f3a9c: '31.1.2026' is no date"),
        ("[tool.keyguard]\nignore = []\n", "[tool.keyguard] is for pyproject.toml"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text: str, said: str) -> None:
    assert said in refused(text)


def test_a_line_of_a_pyproject_is_one_of_our_table() -> None:
    text = "[tool.ruff]\nselect = 3\n\n[tool.keyguard]\nselect = 3\n"
    assert refused(text, "pyproject.toml").startswith("pyproject.toml:5: select: ")
    assert refused("[tool.ruff]\nfail = 1\n[tool.keyguard.hooks]\nfail = 3\n", "pyproject.toml").startswith(
        "pyproject.toml:4: [hooks]: unknown key 'fail'"
    )


def test_a_day_may_be_tomorrow_elsewhere_but_not_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    monkeypatch.setattr("time.time", lambda: 1767582245.0)  # 2026-01-05
    text = "[revoked]\nKG-7f3a9c = {}\n"
    assert project_config.parse("k.toml", text.format("2026-01-06").encode(), Configuration("file"))
    assert "KG-7f3a9c: 2026-01-07 is in the future" in refused(text.format("2026-01-07"))
    assert "KG-7f3a9c: 2036-01-07 is in the future" in refused(text.format("'2036-01-07'"))


def test_a_server_is_completed_by_what_head_says() -> None:
    def read(text: str, path: str) -> Settings:
        found = project_config.parse(path, text.encode(), Configuration("file", path=path))
        assert found is not None
        return found

    server = read(
        "ignore = ['a']\nfail-on = 'high'\n[severity]\njwt = 'low'\n[hooks]\nfail-on = 'medium'\n", "/etc/k.toml"
    )
    head = read(
        "ignore = ['b']\nfail-on = 'info'\nmax-size = '2M'\nexclude = ['x']\nverbose = true\n"
        f"[severity]\njwt = 'high'\naws = 'low'\n[hooks]\nallow-incomplete = true\n{_PATHS}severity = 'low'\n",
        "/srv/r/.keyguard.toml",
    )
    both = server.with_more(head)
    said = both.config
    assert (said.ignore, said.fail_on, said.max_size, said.verbose) == (("a", "b"), "high", "2M", True)
    assert said.severity == {"jwt": "low", "aws": "low"}
    assert (said.hooks.fail_on, said.hooks.allow_incomplete) == ("medium", True)
    assert both.excludes() == (("/etc", ()), ("/srv/r", ("x",)))
    assert [folder for folder, _ in both.paths()] == ["/srv/r"]
    assert both.for_hooks().config.fail_on == "medium"
    assert both.for_hooks().config.allow_incomplete
    assert Settings(Config()).for_hooks().config == Config()
