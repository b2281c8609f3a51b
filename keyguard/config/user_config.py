"""Read the user's own configuration, which no repository can change: the network, and how to reach vendors.

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
    """How to reach vendors."""

    #: hosts that may have a private address
    allow_hosts: tuple[str, ...] = ()
    #: certificates to trust instead of the system's
    ca_file: str = ""
    #: proxy for all requests, as ``http://host:port``
    proxy: str = ""
    #: timeout of each step in seconds
    timeout: float = 10.0
    #: deadline of a whole request in seconds
    deadline: float = 30.0
    #: minimal pause between two requests to one host in seconds
    pause: float = 1.0


class Reached(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """How to reach one vendor if not as its rule pack says: a gateway, a self-hosted server."""

    verify: Request | None = None
    revoke: Revocation | None = None
    #: the environment variable that holds another credential of the account, which may revoke its keys
    admin_variable: str = ""


class UserConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """The whole file."""

    network: Network = Network()
    #: id of the vendor -> how it is reached
    vendors: dict[str, Reached] = {}


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
        found = msgspec.convert(tomlfile.load(file, data), UserConfig, strict=True)
    except RuleError as error:
        raise ConfigError(str(error)) from error
    except msgspec.ValidationError as error:
        raise ConfigError(f"{file}: {error}") from error
    if found.network.proxy and not _is_proxy(found.network.proxy):
        raise ConfigError(f"{file}: network.proxy: write http://host:port, with a port from 1 to 65535")
    for vendor, reached in found.vendors.items():
        if reached.admin_variable and not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,99}", reached.admin_variable):
            # not shown, since it could be the credential itself
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
    """Return a copy with paths relative to the file's folder: relative to the current one they could be in a
    repository.
    """
    network = found.network
    if not network.ca_file:
        return found
    network = msgspec.structs.replace(network, ca_file=os.path.join(folder, os.path.expanduser(network.ca_file)))
    return msgspec.structs.replace(found, network=network)
