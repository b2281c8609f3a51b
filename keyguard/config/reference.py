"""The reference of all settings, as Markdown: ``docs/configuration.md``. ``python -m keyguard.config.reference DOCS``
writes it, and the schema beside it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from keyguard.config.environment import VARIABLES
from keyguard.config.keys import Config
from keyguard.config.schema import Key, keys_of, schema
from keyguard.config.toml_text import toml_value
from keyguard.config.user_config import UserConfig

_HEAD = """\
# Configuration

Settings are in `.keyguard.toml` or `keyguard.toml`, or in the table `[tool.keyguard]` of `pyproject.toml`. The nearest
file counts, from the folder that is scanned upwards to the top of the repository; it extends the defaults, and no other
file is read with it. A key has the same name as the option that says the same, and options take precedence: `--select`
replaces `select`, `--ignore`, `--exclude` and `--rules` add to theirs. `KEYGUARD_CONFIG` or `--config` names another
file, `--isolated` none. An unknown key is an error.

    keyguard config show       # every setting, its value, and where it comes from
    keyguard config schema     # the JSON Schema of the file, also in config.schema.json

Hooks and ranges read the file where a change cannot alter it for itself: `hook pre-commit` in the index, a range in the
base of the change ([trust.md](trust.md)).

```toml
exclude = ["vendor/", "*.min.js"]
fail-on = "medium"

[severity]
jwt = "low"

[[paths]]
match = ["testdata/"]
severity = "low"

[hooks]
fail-on = "high"
```

## Keys
"""
_PATHS = """\
`[[paths]]` applies to a finding only where all of its places match: a key that is in `testdata/` and in `src/` is
reported as it is. `severity` there only lowers; where several tables match, the lowest counts. `[severity]` replaces
the severity of the rule, up or down; a key with a wrong checksum stays `info`, and one that looks like a sample is a
step below. What a change sets for itself has no effect on its own findings, which are marked *allowed by this change*.
"""
_USER = """\
## The user's own file

`~/.config/keyguard/config.toml` (or what `KEYGUARD_USER_CONFIG` names) says how to reach vendors. No repository can
change it, and it is never read from what is scanned. [verify.md](verify.md) and [revoke.md](revoke.md) have examples.
"""


def markdown() -> str:
    """Return the reference."""
    tables = [*_tables(Config, ""), _PATHS, _USER, *_tables(UserConfig, "")]
    return "\n".join([_HEAD, *tables, _environment()])


def schema_text() -> str:
    """Return the schema as it is published."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def write(folder: Path) -> None:
    """Write both files into the folder of the documents."""
    (folder / "configuration.md").write_text(markdown(), encoding="utf-8")
    (folder / "config.schema.json").write_text(schema_text(), encoding="utf-8")


def _tables(kind: type[msgspec.Struct], name: str) -> Iterator[str]:
    """Yield the table of a struct, then those of the structs in it."""
    keys = [*keys_of(kind)]
    plain = [key for key in keys if key.example is not None]
    if plain:
        yield "\n".join([*([f"### `{name}`\n"] if name else []), *_rows(plain)]) + "\n"
    for key in keys:
        if key.table and kind.__module__ == key.table.__module__:
            yield from _tables(key.table, _header(name, key))


def _header(name: str, key: Key) -> str:
    """Return how the header of a table is written: ``[hooks]``, ``[[paths]]``, ``[vendors.ID]``."""
    whole = f"{name}{key.name}" + (".ID" if key.kind == "table of tables" else "")
    return f"[[{whole}]]" if key.kind.startswith("list") else f"[{whole}]"


def _rows(keys: list[Key]) -> Iterator[str]:
    yield "| key | type | default | meaning | example |"
    yield "|---|---|---|---|---|"
    for key in keys:
        default = "required" if key.required else "none" if key.default is None else f"`{toml_value(key.default)}`"
        example = f"`{key.name} = {toml_value(key.example)}`"
        yield f"| `{key.name}` | {key.kind} | {default} | {key.meaning} | {example} |"


def _environment() -> str:
    rows = [f"| `{one.name}` | {one.meaning} | {f'`{one.example}`' if one.example else ''} |" for one in VARIABLES]
    return "\n".join(["## Environment variables\n", "| variable | meaning | example |", "|---|---|---|", *rows, ""])


if __name__ == "__main__":
    write(Path(sys.argv[1]))
