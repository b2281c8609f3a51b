"""The environment variable for a key: the code's own name, if that tells the vendor, else the name its vendor uses."""

from __future__ import annotations

import re

from keyguard.hygiene.project import variable_names
from keyguard.hygiene.project.variable_names import Secrecy
from keyguard.model.finding import Environment, Rule, Vendor

_ASSIGNED = re.compile(
    rb"""(?P<name>[A-Za-z_$][\w$.-]*)["'\])]*\s*(?::\s*[\w<>\[\]|., ]+=|=>|:=|=|:)\s*[^=]{0,120}\Z""", re.DOTALL
)
_EXAMPLE = re.compile(r"^(?:export )?([A-Z][A-Z0-9_]+)=")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_OTHER = re.compile(r"[^A-Za-z0-9]+")
_ADDRESS = re.compile(r"_?(?:URL|URI|DSN|CONNECTION_STRING|CONN_STR|CONNECTION)\Z")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_LONGEST = 60
#: names with a meaning for systems and interpreters
_RESERVED = re.compile(
    r"(?:LD_|DYLD_|GIT_|NODE_OPTIONS|PYTHON|RUBY(?:OPT|LIB)|PERL5|JAVA_TOOL_OPTIONS|BASH_"
    r"|(?:PATH|HOME|USER|SHELL|IFS|ENV|PS\d)\Z)"
)
_SAYS = (
    "KEY",
    "TOKEN",
    "SECRET",
    "PASSWORD",
    "PASS",
    "PASSWD",
    "PWD",
    "CREDENTIAL",
    "CREDENTIALS",
    "DSN",
    "URI",
    "URL",
)


def suggested(before: bytes, rule: Rule, vendor: Vendor) -> str:
    """Return a valid name for the key that follows ``before``."""
    own = _upper(_assigned(before))
    in_address = b"://" in before[-300:].rpartition(b"\n")[2] and before.endswith(b":")
    name = own if own and _tells(own, vendor) else usual(rule, vendor)
    if in_address:
        name = (_ADDRESS.sub("", name) or name).removesuffix("_PASSWORD") + "_PASSWORD"
    return valid(name)


def usual(rule: Rule, vendor: Vendor) -> str:
    """Return the name that the vendor's documentation uses: the first to which an example of the rule assigns a key."""
    lines = [line.strip() for text in rule.examples for line in text.splitlines()]
    names = [found[1] for line in lines if (found := _EXAMPLE.match(line))]
    theirs = [name for name in names if any(word in _squeezed(name) for word in vendor.names)]
    return (theirs or names or [_upper(rule.id)])[0]


def valid(name: str) -> str:
    """Return the name without a prefix that exposes it to browsers, and with one where it would mean something else."""
    name = name[len(variable_names.public_prefix(name)) :] or name
    name = _OTHER.sub("_", name).strip("_").upper()[:_LONGEST].rstrip("_")
    return f"APP_{name}" if not name or name[0].isdigit() or _RESERVED.match(name) else name


def usable(name: str) -> bool:
    """Return whether code can look up an existing name, and no build exposes it to browsers."""
    return _NAME.match(name) is not None and not variable_names.public_prefix(name)


def alternatives(name: str, environment: Environment) -> list[str]:
    """Return names to use if ``name`` has another value already."""
    stage = environment.value.upper() if environment in (Environment.LIVE, Environment.TEST) else ""
    first = [f"{name}_{stage}"] if stage and not name.endswith(stage) else []
    return [*first, *(f"{name}_{number}" for number in range(2, 1000))]


def _assigned(before: bytes) -> str:
    """Return the name that the value is assigned to, on its line or the one before; empty if there is none."""
    lines = before[-400:].rsplit(b"\n", 2)
    found = _ASSIGNED.search(lines[-1]) or _ASSIGNED.search(b"\n".join(lines[-2:]))
    return found["name"].rpartition(b".")[2].decode() if found else ""


def _tells(name: str, vendor: Vendor) -> bool:
    """Return whether a name says that it is a secret, and of which vendor."""
    says = variable_names.secrecy(name) is not Secrecy.NONE or any(f"_{word}_" in f"_{name}_" for word in _SAYS)
    return says and (not vendor.names or any(word in _squeezed(name) for word in vendor.names))


def _upper(name: str) -> str:
    return _OTHER.sub("_", _HUMP.sub("_", name)).strip("_").upper()


def _squeezed(name: str) -> str:
    return name.replace("_", "").lower()
