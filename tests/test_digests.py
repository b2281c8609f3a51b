"""Hashes that do without OpenSSL, held to those that do not."""

from __future__ import annotations

import hashlib
import subprocess
import sys

import pytest

LEFT_OUT = "import sys\nfor name in ('_sha1', '_sha2', '_sha256'): sys.modules[name] = None\n"
PROGRAM = """
import sys
from keyguard import digests
name, much = sys.argv[1], int(sys.argv[2])
found = digests.new(name, b"begin", much)
found.update(b"end")
print(found.hexdigest(), found.digest().hex(), "_hashlib" in sys.modules)
"""


def digest(name: str, much: int = 0, prelude: str = "") -> tuple[str, str, str]:
    """In a fresh process: the hash in hex, its bytes in hex, and whether OpenSSL was loaded."""
    command = [sys.executable, "-c", prelude + PROGRAM, name, str(much)]
    first, second, loaded = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return first, second, loaded


@pytest.mark.parametrize("name", ["sha1", "sha256"])
@pytest.mark.parametrize(
    ("much", "prelude", "loaded"),
    [
        pytest.param(0, "", "False", id="little"),
        pytest.param(1 << 20, "", "True", id="much"),
        pytest.param(0, "import hashlib\n", "True", id="loaded anyway"),
        pytest.param(
            0,
            f"import sys\nfor name in {('_sha1', '_sha2', '_sha256')}: sys.modules[name] = None\n",
            "True",
            id="left out",
        ),
    ],
)
def test_all_ways_lead_to_the_same_hash(name: str, much: int, prelude: str, loaded: str) -> None:
    expected = hashlib.new(name, b"beginend", usedforsecurity=False).hexdigest()
    assert digest(name, much, prelude) == (expected, expected, loaded)
