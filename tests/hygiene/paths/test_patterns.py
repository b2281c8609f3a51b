"""Patterns for paths: what they mean, and that the quick way to many paths means the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyguard.hygiene.paths.file_index import FileIndex
from keyguard.hygiene.paths.patterns import Patterns
from keyguard.sources.listing import TreeFile

LISTS = [
    ("*.env", ".env", ".env.*"),
    ("*.yml", "a/*.env"),
    ("Dockerfile*", "a/**/b.env", "**/.env"),
    (".env", "b.env"),
    ("*",),
    (),
]
PATHS = st.lists(st.sampled_from(["a", "b", ".env", "x.env", ".yml", "Dockerfile", "\n"]), min_size=1, max_size=4).map(
    lambda parts: "/".join(parts).encode()
)


@given(paths=st.lists(PATHS, max_size=8))
@pytest.mark.parametrize("patterns", LISTS)
def test_among_many_the_same_fit_as_alone(patterns: tuple[str, ...], paths: list[bytes]) -> None:
    made = Patterns(patterns)
    assert made.among(paths) == [path for path in paths if made.fit(path)]
    listed = FileIndex((path, TreeFile(path)) for path in paths)
    assert made.among(listed) == sorted(path for path in listed if made.fit(path))


def test_hardly_any_path_is_looked_at_closely() -> None:
    made, looked = Patterns(("*.env", ".env.*", "ci/*.yml")), list[bytes]()
    really = made.fit

    def fit(path: bytes) -> bool:
        looked.append(path)
        return really(path)

    made.fit = fit  # type: ignore[method-assign]
    paths = [b"src/%d.py" % number for number in range(1000)] + [b"a/.env.live", b"ci/a.yml", b"a.yml", b"b.env"]
    assert made.among(paths) == [b"a/.env.live", b"ci/a.yml", b"b.env"]
    assert looked == paths[1000:]
    looked.clear()
    assert made.among(FileIndex((path, TreeFile(path)) for path in paths)) == [b"a/.env.live", b"b.env", b"ci/a.yml"]
    assert sorted(looked) == sorted(paths[1000:])
