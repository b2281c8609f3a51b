"""What the user has set for himself, and no repository can: his network, and how vendors are reached.

``keyguard.support.userdirs`` says where the file is.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

import msgspec

from keyguard.model import endpoint
from keyguard.model.endpoint import Request, Revocation
from keyguard.support import tomlfile, userdirs
from keyguard.support.errors import ConfigError, RuleError
from keyguard.support.regular_file import read_regular

_LIMIT = 1 << 20


class Network(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """How vendors are reached."""

    #: hosts that may lie at a private address
    allow_hosts: tuple[str, ...] = ()
    #: certificates to trust instead of the system's
    ca_file: str = ""
    #: ``http://host:port``, through which everything goes
    proxy: str = ""
    #: seconds for each step
    timeout: float = 10.0
    #: seconds for a request as a whole
    deadline: float = 30.0
    #: least seconds between two requests to one host
    pause: float = 1.0


class Reached(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """How one vendor is reached, where that is not as its pack says: a gateway, a server of one's own."""

    verify: Request | None = None
    revoke: Revocation | None = None
    #: the variable of the environment that holds another credential of the account, which may revoke its keys
    admin_variable: str = ""


class UserConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """The whole file."""

    network: Network = Network()
    #: id of the vendor -> how it is reached
    vendors: dict[str, Reached] = {}


def path(environment: Mapping[str, str]) -> str:
    """Where the file is, or would be; empty where there is no place for it."""
    return userdirs.config_file(environment)


def load(file: str, *, required: bool = False) -> UserConfig:
    """The configuration in a file; the defaults where there is none, or no name of one. Raises ``ConfigError``."""
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
        found = msgspec.convert(tomlfile.load(file, data), UserConfig, strict=True)
    except RuleError as error:
        raise ConfigError(str(error)) from error
    except msgspec.ValidationError as error:
        raise ConfigError(f"{file}: {error}") from error
    if found.network.proxy and not _is_proxy(found.network.proxy):
        raise ConfigError(f"{file}: network.proxy: write http://host:port, with a port from 1 to 65535")
    for vendor, reached in found.vendors.items():
        if reached.admin_variable and not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,99}", reached.admin_variable):
            # not shown: it could be the credential itself
            raise ConfigError(f"{file}: vendors.{vendor}.admin-variable: give the name of a variable, not its value")
        for key, request in (("verify", reached.verify), ("revoke", reached.revoke)):
            text = endpoint.problem(request, asks=key == "verify") if request else ""
            if text:
                raise ConfigError(f"{file}: vendors.{vendor}.{key}: {text}")
    return _with_own_paths(found, os.path.dirname(os.path.abspath(file)))


def _is_proxy(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return parts.scheme == "http" and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _with_own_paths(found: UserConfig, folder: str) -> UserConfig:
    """The same with paths counted from the file's folder: from the current one they would lead into a repository."""
    network = found.network
    if not network.ca_file:
        return found
    network = msgspec.structs.replace(network, ca_file=os.path.join(folder, os.path.expanduser(network.ca_file)))
    return msgspec.structs.replace(found, network=network)
