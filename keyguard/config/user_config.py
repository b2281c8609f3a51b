"""Read the user's own configuration, which no repository can change: the network, and how to reach vendors.

``keyguard.support.userdirs`` says where the file is.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, NamedTuple, TypeVar
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from keyguard.config.toml_text import line_in_table
from keyguard.model import endpoint
from keyguard.model.endpoint import Request, Revocation
from keyguard.support import tomlfile, userdirs
from keyguard.support.errors import ConfigError, RuleError
from keyguard.support.regular_file import read_regular

_LIMIT = 1 << 20

_Part = TypeVar("_Part", bound=msgspec.Struct)


class Network(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """How to reach vendors."""

    allow_hosts: Annotated[
        tuple[str, ...], Meta(description="Hosts that may have a private address.", examples=[["git.example.com"]])
    ] = ()
    ca_file: Annotated[
        str,
        Meta(
            description="Certificates to trust instead of the system's; relative to the file.",
            examples=["company-ca.pem"],
        ),
    ] = ""
    proxy: Annotated[str, Meta(description="Proxy for all requests.", examples=["http://proxy.example.com:3128"])] = ""
    timeout: Annotated[float, Meta(description="Timeout of each step, in seconds.", examples=[20.0])] = 10.0
    deadline: Annotated[float, Meta(description="Deadline of a whole request, in seconds.", examples=[60.0])] = 30.0
    pause: Annotated[
        float, Meta(description="Minimal pause between two requests to one host, in seconds.", examples=[2.0])
    ] = 1.0


class Reached(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """How to reach one vendor if not as its rule pack says: a gateway, a self-hosted server."""

    verify: Annotated[
        Request | None,
        Meta(
            description="The request that verifies a key, with the fields of a rule's verify.",
            examples=[{"url": "https://gateway.example.com/v1/account"}],
        ),
    ] = None
    revoke: Annotated[
        Revocation | None,
        Meta(
            description="The request that revokes a key, with the fields of a rule's revoke.",
            examples=[{"url": "https://gateway.example.com/v1/keys"}],
        ),
    ] = None
    admin_variable: Annotated[
        str,
        Meta(
            description="The environment variable that holds another credential of the account, which may revoke its"
            " keys.",
            examples=["EXAMPLE_ADMIN_KEY"],
        ),
    ] = ""


class UserConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """The whole file."""

    network: Annotated[Network, Meta(description="How to reach vendors.")] = Network()
    vendors: Annotated[
        dict[str, Reached], Meta(description="Ids of vendors, each with how it is reached if not as its rules say.")
    ] = {}


def path(environment: Mapping[str, str]) -> str:
    """Return where the file is or would be; empty if there is no place for it."""
    return userdirs.config_file(environment)


def load(file: str, *, required: bool = False) -> UserConfig:
    """Return the configuration in a file; the defaults if there is none or ``file`` is empty. Raise ConfigError if
    invalid.
    """
    if not file:
        return UserConfig()
    try:
        data = read_regular(file, _LIMIT + 1)
    except FileNotFoundError as error:
        if required:
            raise ConfigError(f"{file}: there is no such file") from error
        return UserConfig()
    except (OSError, ValueError) as error:
        why = f": {error.strerror}" if isinstance(error, OSError) else ""
        raise ConfigError(f"{file}: cannot be read{why}") from error
    if len(data) > _LIMIT:
        raise ConfigError(f"{file}: larger than 1 MiB: not a configuration")
    try:
        table = tomlfile.load(file, data)
    except RuleError as error:
        raise ConfigError(str(error)) from error
    found = _converted(_File(file, data), table)
    return _with_own_paths(found, os.path.dirname(os.path.abspath(file)))


class _File(NamedTuple):
    """The name and content of a file."""

    name: str
    data: bytes

    def error(self, keys: Sequence[str], text: str) -> ConfigError:
        """Return an error with file, line and key: ``config.toml:3: network.proxy: …``."""
        line = line_in_table(self.data, keys, 0, embedded=False)
        return ConfigError(f"{self.name}:{line}: {'.'.join(keys)}: {text}")


def _converted(file: _File, table: dict[str, Any]) -> UserConfig:
    """Return the configuration that a file has. Raise ``ConfigError`` if it is invalid."""
    _require_known(file, (), table, UserConfig)
    network = _part(file, ("network",), table.get("network", {}), Network)
    if network.proxy and not _is_proxy(network.proxy):
        raise file.error(("network", "proxy"), "write http://host:port, with a port from 1 to 65535")
    vendors = table.get("vendors", {})
    if not isinstance(vendors, dict):
        raise file.error(("vendors",), "write a table for each vendor: [vendors.stripe]")
    return UserConfig(network=network, vendors={name: _reached(file, name, one) for name, one in vendors.items()})


def _reached(file: _File, vendor: str, table: object) -> Reached:
    at = ("vendors", vendor)
    found = _part(file, at, table, Reached)
    if found.admin_variable and not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,99}", found.admin_variable):
        # not shown, since it could be the credential itself
        raise file.error((*at, "admin-variable"), "give the name of a variable, not its value")
    for key, request in (("verify", found.verify), ("revoke", found.revoke)):
        text = endpoint.problem(request, asks=key == "verify") if request else ""
        if text:
            raise file.error((*at, key), text)
    return found


def _part(file: _File, at: tuple[str, ...], table: object, kind: type[_Part]) -> _Part:
    """Return one table of the file as a struct."""
    if not isinstance(table, dict):
        raise file.error(at, f"write a table: [{'.'.join(at)}]")
    _require_known(file, at, table, kind)
    try:
        return msgspec.convert(table, kind, strict=True)
    except msgspec.ValidationError as error:
        text, _, place = str(error).partition(" - at `$")
        missing = re.search(r"required field `([\w-]+)`", text)
        said = f"{missing[1]} is missing" if missing else text
        raise file.error((*at, *re.findall(r"[a-z][\w-]*", place)), said) from error


def _require_known(file: _File, at: tuple[str, ...], table: dict[str, Any], kind: type[msgspec.Struct]) -> None:
    known = kind.__struct_encode_fields__
    for key in table:
        if key not in known:
            hint = tomlfile.suggestion(key, known)
            said = f"unknown key{hint}{' ' if hint else ': '}valid keys are {', '.join(known)}"
            raise file.error((*at, key), said)


def _is_proxy(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return parts.scheme == "http" and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _with_own_paths(found: UserConfig, folder: str) -> UserConfig:
    """Return a copy with paths relative to the file's folder: relative to the current one they could be in a
    repository.
    """
    network = found.network
    if not network.ca_file:
        return found
    network = msgspec.structs.replace(network, ca_file=os.path.join(folder, os.path.expanduser(network.ca_file)))
    return msgspec.structs.replace(found, network=network)
