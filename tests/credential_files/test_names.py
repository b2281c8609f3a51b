"""Which paths a format is known by."""

from __future__ import annotations

import pytest

from keyguard.credential_files import table
from keyguard.credential_files.names import PathTable

TABLE = PathTable(
    [
        ((".netrc", "*.tfstate"), "named"),
        (("application.yml", "application-*.yml"), "spring"),
        (("group_vars/**/*.yml", "group_vars/*"), "vars"),
        ((".docker/config.json",), "docker"),
        ((".netrc",), "again"),
    ]
)


@pytest.mark.parametrize(
    ("path", "rows"),
    [
        (b".netrc", ("named", "again")),
        (b"home/me/.NetRC", ("named", "again")),
        (b".netrc.bak", ("named", "again")),
        (b"home/dot_netrc", ("named", "again")),
        (b"infra/prod.tfstate", ("named",)),
        (b"infra/prod.tfstate.backup", ("named",)),
        (b"src/application-prod.yml", ("spring",)),
        (b"src/application.yml.example", ("spring",)),
        (b"src/applications.yml", ()),
        (b"src/my-application-prod.yml", ()),
        (b"group_vars/all", ("vars",)),
        (b"site/group_vars/all/vault.yml", ("vars",)),
        (b"site/group_vars/web.yml", ("vars",)),
        (b"site/my_group_vars/web.yml", ()),
        (b"group_vars.yml", ()),
        (b".docker/config.json", ("docker",)),
        (b"dot_docker/config.json", ("docker",)),
        (b"docker/config.json", ()),
        (b"", ()),
        (b".bak", ()),
        (b"a/", ()),
    ],
)
def test_a_path_is_known_by_name_folder_and_ending(path: bytes, rows: tuple[str, ...]) -> None:
    assert TABLE.among(path) == rows


def test_no_hint_hides_a_path_that_a_pattern_fits() -> None:
    """Against every path that the formats themselves suggest, copies and dotfile managers' names of them included."""
    copies = ("", ".bak", "~", ".1", "-old", "_example", ".J2")
    for one in table.FORMATS:
        for pattern in one.paths:
            for text in ("", "x", "x.y", "x-1_z"):
                path = pattern.replace("/**", "/a/b").replace("*", text)
                for copy in copies:
                    for folder in ("", "deep/er/"):
                        whole = f"{folder}{path}{copy}".encode()
                        expected = table._paths()._rows(whole.lower())
                        assert table.named(whole) == expected, whole
