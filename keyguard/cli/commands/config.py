"""``keyguard config``: show the settings in effect, and print the schema of the configuration file."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

import msgspec

from keyguard.acceptance import PATH as ACCEPTED
from keyguard.acceptance.entry import parse
from keyguard.config import project_config, user_config
from keyguard.config.environment import VARIABLES
from keyguard.config.project_config import LIMIT, NAMES, Settings
from keyguard.config.reference import schema_text
from keyguard.config.toml_text import line_of, toml_value
from keyguard.config.user_config import UserConfig
from keyguard.inspection.filenames import mask_message
from keyguard.policy.accepted_findings import accepted_on_disk
from keyguard.report.json_objects import to_json
from keyguard.report.output import write_stdout
from keyguard.report.phrases import counted
from keyguard.support.errors import UsageError
from keyguard.support.regular_file import read_regular
from keyguard.support.sanitize import shown

_EPILOG = """\
examples:
  keyguard config show                   every setting, its value, and where it comes from
  keyguard config show --path services/a -f json
  keyguard config schema > keyguard.schema.json
"""
#: the number of characters of a value that text shows
_WIDTH = 60


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.epilog = _EPILOG
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    text = "every setting with its value and where it comes from, for a scan of files"
    show = actions.add_parser("show", help=text, description=text[0].upper() + text[1:] + ".")
    show.add_argument("--path", default=".", metavar="PATH", help="what would be scanned (default: this folder)")
    show.add_argument("-f", "--format", choices=("text", "json"), default="text", help="text or json (default: text)")
    text = "the JSON Schema of the configuration file"
    actions.add_parser("schema", help=text, description=text[0].upper() + text[1:] + ".")


def run(options: argparse.Namespace) -> int:
    """Run the action."""
    if options.action == "schema":
        text = schema_text()
    else:
        found = _document(options.path)
        text = to_json(found, indent=2) + "\n" if options.format == "json" else "\n".join(_lines(found)) + "\n"
    write_stdout(sys.stdout, lambda out: out.writelines([text]))
    return 0


def _document(path: str) -> dict[str, Any]:
    """Return everything that is shown, without any secret. Raise ConfigError for an invalid file."""
    if not os.path.lexists(path):
        raise UsageError(f"{path}: no such file or folder")
    settings = project_config.find(path)
    user_file = user_config.path(os.environ)
    entries = parse(accepted_on_disk(path), ACCEPTED)
    return {
        "schema": "keyguard-config/1",
        "file": _plain(settings.path),
        "why": _why(settings, path),
        "other_files": [{"path": _plain(name), "why": why} for name, why in _others(settings, path)],
        "settings": list(_settings(settings)),
        "user": {
            "file": _plain(user_file),
            "exists": bool(user_file) and os.path.lexists(user_file),
            "settings": list(_user_settings(user_config.load(user_file), user_file)),
        },
        "accepted": {"file": ACCEPTED, "entries": len(entries)},
        "environment": list(_environment()),
    }


def _why(settings: Settings, start: str) -> str:
    if os.environ.get("KEYGUARD_CONFIG"):
        return "KEYGUARD_CONFIG names it"
    *_, top = project_config.searched_folders(start)
    return _plain(f"{'the nearest one' if settings.path else 'none found'}, searched upwards to {top}")


def _others(settings: Settings, start: str) -> Iterator[tuple[str, str]]:
    """Yield the path of each configuration that does not count, and why."""
    counts = os.path.abspath(settings.path)
    for folder in project_config.searched_folders(start):
        for path in (os.path.join(folder, name) for name in NAMES):
            if path == counts or not os.path.isfile(path):
                continue
            if os.path.basename(path) == project_config.SHARED and not _has_table(path):
                yield path, "it has no table [tool.keyguard]"
            else:
                named = bool(os.environ.get("KEYGUARD_CONFIG"))
                yield path, "KEYGUARD_CONFIG names another one" if named else "another one comes first"


def _has_table(path: str) -> bool:
    try:
        return b"tool.keyguard" in read_regular(path, LIMIT)
    except (OSError, ValueError):
        return False


def _settings(settings: Settings) -> Iterator[dict[str, Any]]:
    """Yield each setting of the project: key, value, and where it comes from."""
    data = read_regular(settings.path, LIMIT) if settings.path else b""
    embedded = os.path.basename(settings.path) == project_config.SHARED
    usual = project_config.Config()
    for name, field in zip(usual.__struct_encode_fields__, usual.__struct_fields__, strict=True):
        value = getattr(settings.config, field)
        line = line_of(data, name, embedded=embedded) if value != getattr(usual, field) else 0
        if not isinstance(value, msgspec.Struct):
            yield _setting(name, value, settings.path, line)
            continue
        for inner, key in zip(value.__struct_encode_fields__, value.__struct_fields__, strict=True):
            changed = getattr(value, key) != getattr(getattr(usual, field), key)
            yield _setting(f"{name}.{inner}", getattr(value, key), settings.path, line if changed else 0)


def _user_settings(own: UserConfig, file: str) -> Iterator[dict[str, Any]]:
    """Yield each setting of the user: of requests only that they are there, of a proxy no password."""
    data = read_regular(file, LIMIT) if file and os.path.isfile(file) else b""
    usual = UserConfig().network
    for name, field in zip(usual.__struct_encode_fields__, usual.__struct_fields__, strict=True):
        value = getattr(own.network, field)
        line = line_of(data, name, embedded=False) if value != getattr(usual, field) else 0
        yield _setting(f"network.{name}", _without_password(value) if name == "proxy" else value, file, line)
    for vendor, reached in own.vendors.items():
        for name, field in zip(reached.__struct_encode_fields__, reached.__struct_fields__, strict=True):
            if getattr(reached, field):
                line = line_of(data, f"vendors.{vendor}", embedded=False)
                yield _setting(f"vendors.{vendor}.{name}", "set", file, line)


def _setting(name: str, value: Any, file: str, line: int) -> dict[str, Any]:
    """Return one row; ``line`` is 0 for the default."""
    where = {"from": "file", "file": _plain(file), "line": line} if line else {"from": "default", "file": "", "line": 0}
    return {"key": _plain(name), "value": _masked(msgspec.to_builtins(value)), **where}


def _without_password(proxy: str) -> str:
    login, at, _ = urlsplit(proxy).netloc.rpartition("@")
    return proxy.replace(f"{login}@", "********@", 1) if at else proxy


def _environment() -> Iterator[dict[str, Any]]:
    for one in VARIABLES:
        value = os.environ.get(one.name)
        said = value if value is None or not one.is_secret else "********"
        yield {"name": one.name, "set": bool(value), "value": None if said is None else _plain(said)}


def _masked(value: Any) -> Any:
    if isinstance(value, dict):
        return {_plain(str(name)): _masked(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(one) for one in value]
    return _plain(value) if isinstance(value, str) else value


def _plain(text: str) -> str:
    """Return text without control characters, and with every key in it masked."""
    return shown(mask_message(text)) if text else text


def _lines(found: dict[str, Any]) -> Iterator[str]:
    yield f"file  {found['file'] or '-'} ({found['why']})"
    for other in found["other_files"]:
        yield f"      {other['path']} does not count: {other['why']}"
    yield ""
    yield from _table(found["settings"])
    user = found["user"]
    yield ""
    yield f"the user's own file  {user['file'] or '-'}{'' if user['exists'] else ' (not there)'}"
    yield from _table(user["settings"])
    accepted = found["accepted"]
    yield ""
    yield f"accepted findings  {accepted['file']}: {counted(accepted['entries'], 'entry', 'entries')}"
    yield ""
    yield "environment"
    for one in found["environment"]:
        yield f"  {one['name']:<24}  {one['value'] if one['set'] else 'not set'}"


def _table(settings: Iterable[dict[str, Any]]) -> Iterator[str]:
    rows = [(one["key"], _short(toml_value(one["value"])), _origin(one)) for one in settings]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    for key, value, origin in rows:
        yield f"  {key:<{widths[0]}}  {value:<{widths[1]}}  {origin}"


def _origin(setting: dict[str, Any]) -> str:
    here = os.getcwd() + os.sep
    return f"{setting['file'].removeprefix(here)}:{setting['line']}" if setting["line"] else "default"


def _short(text: str) -> str:
    return text if len(text) <= _WIDTH else text[: _WIDTH - 1] + "…"
