"""What earlier tests of the process have found would be masked in these reports."""

from __future__ import annotations

import pytest

from keyguard.masking.known_values import KNOWN


@pytest.fixture(autouse=True)
def _nothing_known() -> None:
    KNOWN.clear()
