"""The marks of a vendor: whose hosts or packages stand in a text, one of his marks does, too."""

from __future__ import annotations

from keyguard.attribution.evidence.file_heads import FileHead
from keyguard.attribution.evidence.imports import by_import, import_lines
from keyguard.attribution.evidence.vendor_names import hosts_in, shortest_identifiers
from keyguard.engine import compiled


def test_every_host_and_package_holds_a_mark() -> None:
    for vendor in compiled.load().ruleset.vendors.values():
        found = shortest_identifiers(vendor.hosts, vendor.imports)
        for one in (*vendor.hosts, *vendor.imports):
            assert any(mark in one.lower().encode() for mark in found), (vendor.id, one)


def test_a_head_tells_what_a_search_for_every_vendor_tells() -> None:
    vendors = compiled.load().ruleset.vendors
    for vendor in vendors.values():
        lines = [f"import {name}" for name in vendor.imports] + [f"call https://{host}/v1" for host in vendor.hosts]
        for line in lines:
            text = f"{line}\nx = 1\n".encode()
            head = FileHead(text)
            assert head.imports(vendors) == by_import(vendors, import_lines(text))
            assert head.hosts(vendors) == hosts_in(vendors, text, "in the same file")


def test_what_was_asked_of_some_vendors_is_told_of_others_as_well() -> None:
    vendors = compiled.load().ruleset.vendors
    head = FileHead(b"import stripe\nimport openai\n")
    first = head.imports({"stripe": vendors["stripe"]})
    assert [one.vendor for one in first] == ["stripe"]
    assert {one.vendor for one in head.imports(vendors)} >= {"stripe", "openai"}
    assert head.imports({"openai": vendors["openai"]})[0].vendor == "openai"
