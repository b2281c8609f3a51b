"""Recognise the command line of a vendor: ``stripe listen --api-key …``."""

from __future__ import annotations

from keyguard.attribution.evidence.identifiers import is_neutral, is_verb, words_of
from keyguard.attribution.evidence.vendor_names import Evidence, Vendors
from keyguard.support.regex import expression

#: a program, its subcommands and other options, and the option whose argument the key is
_OPTION = expression(
    rb"(?:^|[;&|(`@]|\$\()[ \t]*(?:(?:sudo|npx|bunx|exec|time|-)[ \t]+){0,2}([a-z][\w-]{2,40})[ \t]+"
    rb"(?:[\w./:=\"'@-]{1,60}[ \t]+){0,8}--?([a-z][a-z-]{2,30})[= \t][ \t]*[\"']?(?:Bearer[ ])?$"
)
#: the key as a variable of the environment of one command
_ENVIRONMENT = expression(rb"(?:^|[;&|(`@])[ \t]*(?:env[ \t]+)?([A-Z][A-Z0-9_]{1,40})=[\"']?$")
_PROGRAM = expression(rb"[\"']?[ \t]+(?:(?:npx|bunx|sudo)[ \t]+)?([a-z][\w-]{2,40})(?=[ \t])")


def command_owner(vendors: Vendors, before: bytes, after: bytes) -> Evidence | None:
    """Return the vendor whose program is given what is between two parts of a line."""
    if found := _OPTION.search(before[-600:]):
        program, option = found[1], found[2]
    elif (found := _ENVIRONMENT.search(before[-200:])) and (called := _PROGRAM.match(after)):
        program, option = called[1], found[1]
    else:
        return None
    if not is_neutral(words_of(option)):
        return None
    for vendor in vendors.values():
        if program.decode("utf-8", "replace") in vendor.names and not is_verb(program, program.decode()):
            return Evidence(vendor.id, f"{program.decode()} gets it")
    return None
