"""How hygiene speaks of a key: by its vendor, or by what it is where that is nobody's or not known."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyguard.hygiene.project import variable_names
from keyguard.hygiene.project.variable_names import Secrecy
from tests.helpers.calling import Inside
from tests.helpers.repos import Repo
from tests.helpers.seeing import key, rules

pytest_plugins = ("tests.helpers.commandline",)


@pytest.mark.parametrize(
    ("value", "what"),
    [
        (key("sk_live_{stripe:99}"), "a Stripe key"),
        (key("sk_live_{alnum:32}"), "a secret key"),
        (key("mongodb+srv://shop:{alnum:20}@cluster0.ab1cd.mongodb.net"), "a password in a MongoDB URL"),
    ],
    ids=["of a vendor", "of nobody known", "of no vendor"],
)
def test_what_a_public_name_holds_is_called_what_it_is(value: str, what: str, inside: Inside, tmp_path: Path) -> None:
    repo = Repo(tmp_path / "shop")
    repo.write(".env.example", f"NEXT_PUBLIC_THING={value}\n")
    said = inside("scan", "-f", "json", "--select", "public-env-prefix", cwd=repo.path).document
    assert [one["message"] for one in said["findings"]] == [f"NEXT_PUBLIC_THING holds {what} and reaches every browser"]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("VITE_SENDMAILOS_API_KEY", Secrecy.SURELY),
        ("VITE_SEND_GRID_API_KEY", Secrecy.SURELY),
        ("VITE_MY_OPENAI_TOKEN", Secrecy.SURELY),
        ("VITE_OPENAIKEY_API_KEY", Secrecy.SURELY),
        ("VITE_CENTRAL_API_KEY", Secrecy.PERHAPS),
        ("VITE_LAWS_API_KEY", Secrecy.PERHAPS),
        ("VITE_RESENDER_TOKEN", Secrecy.PERHAPS),
        ("VITE_SHOP_TAXAID_TOKEN", Secrecy.PERHAPS),
        ("VITE_MAPBOX_TOKEN", Secrecy.NONE),
        ("VITE_TITLE", Secrecy.NONE),
    ],
)
def test_a_vendor_is_named_by_whole_words(name: str, says: Secrecy) -> None:
    vendors = variable_names.server_vendors(rules())
    assert variable_names.secrecy(name, vendors) is says
