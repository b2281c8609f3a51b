"""The options of commands that act on keys: where the keys are, and how vendors are contacted."""

from __future__ import annotations

import argparse
import os

import msgspec

from keyguard.cli.shared import scan_command
from keyguard.config import user_config as user_settings
from keyguard.config.project_config import Config, Settings
from keyguard.config.user_config import UserConfig
from keyguard.engine import compiled
from keyguard.response.vendor_requests import UserClaims, require_vendor
from keyguard.scan.run import ScanRequest
from keyguard.sources.listing import Ask
from keyguard.support.errors import UsageError


def add_arguments(parser: argparse.ArgumentParser, *, network: bool = True) -> None:
    """Add the options that every such command has."""
    where = parser.add_argument_group("where the keys are")
    where.add_argument(
        "--path", action="append", default=[], metavar="PATH", help="what to scan (default: this folder)"
    )
    where.add_argument("--no-history", action="store_true", help="only keys in files")
    where.add_argument("--rules", action="append", default=[], metavar="PATH", help="further rule packs; repeatable")
    where.add_argument(
        "--jobs", type=scan_command.count, default=0, metavar="N", help="processes (default: one a processor)"
    )
    where.add_argument("--no-cache", action="store_true", help="read everything again, and remember nothing")
    if not network:
        return
    how = parser.add_argument_group("network")
    how.add_argument(
        "--vendor", type=scan_command.given, metavar="VENDOR", help="whose the one key is, where that cannot be told"
    )
    how.add_argument(
        "--override-evidence", action="store_true", help="--vendor counts although the key's structure proves another"
    )
    how.add_argument(
        "--host", type=scan_command.given, metavar="HOST", help="which server issued it, of software that runs at many"
    )
    how.add_argument(
        "--allow-host", action="append", default=[], metavar="HOST", help="this host may be at a private address"
    )
    how.add_argument("--ca-file", default="", metavar="FILE", help="certificates to trust, in place of the system's")


def request(options: argparse.Namespace) -> ScanRequest:
    """Return a scan for keys alone, without any configuration of the repository: packs contain URLs."""
    options.select, options.ignore, options.no_inline_ignore, options.fail_on = [], [], True, ""
    options.allow_incomplete = options.exit_zero = False
    options.engine = "auto"
    asked = scan_command.request(options, Settings(config=Config()), "tree", Ask(paths=tuple(options.path) or (".",)))
    return msgspec.structs.replace(asked, history="no" if options.no_history else "auto")


def user_claims(options: argparse.Namespace) -> UserClaims:
    """Return what the user states about a key. Raise ``UsageError`` for an incomplete statement, or for a vendor that
    no rule knows.
    """
    if options.override_evidence and not options.vendor:
        raise UsageError("--override-evidence goes with --vendor")
    if options.vendor:
        require_vendor(options.vendor, compiled.rules(options.rules))
    return UserClaims(options.vendor or "", options.host or "", options.override_evidence)


def user_config(options: argparse.Namespace) -> UserConfig:
    """Return the user's own configuration with the network options of the command line."""
    own = user_settings.load(user_settings.path(os.environ))
    hosts = (*own.network.allow_hosts, *options.allow_host)
    ca_file = options.ca_file or own.network.ca_file
    return msgspec.structs.replace(
        own, network=msgspec.structs.replace(own.network, allow_hosts=hosts, ca_file=ca_file)
    )
