"""The keys of a configuration file: their types, defaults, meaning and examples.

The schema, the reference and ``keyguard config show`` are all made from these structs, so nothing else describes a key.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

_SEVERITIES = ("info", "low", "medium", "high", "critical")
_IDS = "Rule or check ids, or the words they begin with"
_IS_SEVERITY = {"enum": [*_SEVERITIES]}
_OR_NONE = {"enum": ["", *_SEVERITIES]}


class PathSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """One ``[[paths]]`` table: what holds for findings whose places are all in matching files."""

    match: Annotated[
        tuple[str, ...],
        Meta(description="Patterns as in .gitignore, relative to the file.", examples=[["testdata/"]]),
    ]
    severity: Annotated[
        str,
        Meta(
            description="The severity of these findings, unless it is lower already.",
            examples=["low"],
            extra_json_schema=_OR_NONE,
        ),
    ] = ""
    ignore: Annotated[
        tuple[str, ...],
        Meta(description=f"{_IDS}: do not report them there.", examples=[["jwt"]]),
    ] = ()


class HookSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """The table ``[hooks]``: what ``keyguard hook`` decides differently."""

    fail_on: Annotated[
        str,
        Meta(
            description="Least severity that refuses a commit or a push. Default: as fail-on.",
            examples=["high"],
            extra_json_schema=_OR_NONE,
        ),
    ] = ""
    allow_incomplete: Annotated[
        bool,
        Meta(description="A commit or a push passes even if something could not be read.", examples=[True]),
    ] = False


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """The settings of a configuration file. Paths are relative to the file."""

    select: Annotated[
        tuple[str, ...], Meta(description=f"{_IDS}: report only these.", examples=[["stripe", "private-key"]])
    ] = ()
    ignore: Annotated[
        tuple[str, ...], Meta(description=f"{_IDS}: do not report these.", examples=[["key-too-old"]])
    ] = ()
    exclude: Annotated[
        tuple[str, ...],
        Meta(
            description="Patterns as in .gitignore: do not scan these files, neither now nor in history.",
            examples=[["vendor/", "*.min.js"]],
        ),
    ] = ()
    max_size: Annotated[str, Meta(description="Do not scan files larger than this.", examples=["20M"])] = ""
    no_containers: Annotated[
        bool,
        Meta(
            description="Do not open archives, databases and their like: each is listed as not read.", examples=[True]
        ),
    ] = False
    fail_on_unread: Annotated[
        bool,
        Meta(description="What a scan cannot open fails the run: encrypted archives, PDF.", examples=[True]),
    ] = False
    fail_on: Annotated[
        str,
        Meta(
            description="Least severity that makes the exit code 1.",
            examples=["medium"],
            extra_json_schema=_IS_SEVERITY,
        ),
    ] = "low"
    confidence: Annotated[
        str,
        Meta(
            description="Least confidence with which a secret that has no vendor's format makes the exit code 1.",
            examples=["medium"],
            extra_json_schema={"enum": ["high", "medium"]},
        ),
    ] = "high"
    rules: Annotated[
        tuple[str, ...], Meta(description="Further rule packs, files or folders.", examples=[["rules/ours.toml"]])
    ] = ()
    format: Annotated[
        str,
        Meta(description="Report on standard output where -f names none. No file can be named.", examples=["concise"]),
    ] = ""
    only: Annotated[
        str,
        Meta(
            description="Report only keys, or only how they are kept (in scans of whole folders).",
            examples=["keys"],
            extra_json_schema={"enum": ["", "keys", "hygiene"]},
        ),
    ] = ""
    no_hygiene: Annotated[bool, Meta(description="Report only keys, and not how they are kept.", examples=[True])] = (
        False
    )
    no_history: Annotated[
        bool, Meta(description="Scan the files only, unless history is asked for.", examples=[True])
    ] = False
    no_inline_ignore: Annotated[bool, Meta(description="Ignore 'keyguard: allow' comments.", examples=[True])] = False
    allow_incomplete: Annotated[
        bool, Meta(description="Do not fail if something could not be read.", examples=[True])
    ] = False
    jobs: Annotated[
        int,
        Meta(
            ge=0,
            le=256,
            description="Number of processes; 0: one for each CPU. A file in what is scanned can only lower it.",
            examples=[2],
        ),
    ] = 0
    verbose: Annotated[bool, Meta(description="Also show what is only informational.", examples=[True])] = False
    color: Annotated[
        str,
        Meta(
            description="When to use colour.",
            examples=["never"],
            extra_json_schema={"enum": ["auto", "always", "never"]},
        ),
    ] = "auto"
    max_key_age_days: Annotated[
        int,
        Meta(ge=0, description="Days after which a key in use should be replaced; 0: never.", examples=[180]),
    ] = 90
    severity: Annotated[
        dict[str, Annotated[str, Meta(extra_json_schema=_IS_SEVERITY)]],
        Meta(
            description=f"{_IDS}, each with its severity; the longest name counts.",
            examples=[{"jwt": "low", "stripe-key": "critical"}],
        ),
    ] = {}
    paths: Annotated[
        tuple[PathSettings, ...],
        Meta(
            description="What holds for findings whose places are all in matching files, now and in history.",
            examples=[[{"match": ["testdata/"], "severity": "low"}]],
        ),
    ] = ()
    hooks: Annotated[
        HookSettings, Meta(description="What the git hooks decide differently.", examples=[{"fail-on": "high"}])
    ] = HookSettings()
    revoked: Annotated[
        dict[str, Any],
        Meta(
            description="Keys that were revoked, by id or fingerprint, each with the day.",
            examples=[{"KG-7f3a9c": "2026-01-31"}],
            extra_json_schema={"additionalProperties": {"type": "string", "format": "date"}},
        ),
    ] = {}
    trust_head: Annotated[
        bool,
        Meta(
            description="In a hook on a server: the configuration and the comments of HEAD count as well."
            " Only where --config or KEYGUARD_CONFIG names the file.",
            examples=[True],
        ),
    ] = False


class NotAConfigKey(msgspec.Struct, frozen=True):
    """A key that other scanners have, and what to do instead."""

    name: str
    instead: str


#: what people write that come from other scanners, or from the pyproject.toml of this one
FOREIGN = (
    NotAConfigKey("allowlist", "to take over the allowlist of another scanner: keyguard migrate"),
    NotAConfigKey("allowlists", "to take over the allowlists of another scanner: keyguard migrate"),
    NotAConfigKey("keyguard", "in a keyguard.toml the keys stand at the top, without a table"),
    NotAConfigKey("tool", "in a keyguard.toml the keys stand at the top; [tool.keyguard] is for pyproject.toml"),
)
