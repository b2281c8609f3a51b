"""Makes trees of files up: code of many languages, configuration and text, with keys in some of them.

    python -m benchmarks.trees FOLDER
    python -m benchmarks.trees FOLDER --files 10000 --keys 150 --seed 7

The same for the same seed. Keys are made from templates such as rules have them (their checksums are right) and stand
in all kinds of files, under names that tell whose they are and under names that do not. Half of them are of the ``sk_``
family, one in twelve is the password of a database. FOLDER must not exist yet; ``--git`` makes a repository of it.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.repositories import WORDS, Author
from keyguard.rules.examples import fill

#: kinds of files, and how many in a hundred are of each
_KINDS = (
    dict.fromkeys(("js", "ts"), 10) | dict.fromkeys(("java", "go"), 8) | dict.fromkeys(("tsx", "rb", "php", "yml"), 5)
)
_KINDS |= {"py": 30, "md": 6, "json": 4, "txt": 4}
#: names and templates of keys, in turn
_KEYS = (
    ("STRIPE_SECRET_KEY", "sk_{mode}_{stripe:99}"),
    ("SENDMAILOS_SECRET_KEY", "sk_{mode}_{alnum:24}"),
    ("CLERK_SECRET_KEY", "sk_{mode}_{stripe:99}"),
    ("API_SECRET_KEY", "sk_{mode}_{alnum:24}"),
    ("PAYMENT_SECRET_KEY", "sk_{mode}_{stripe:99}"),
    ("SERVICE_SECRET_KEY", "sk_{mode}_{alnum:24}"),
    ("GITHUB_TOKEN", "ghp_{crc}"),
    ("AWS_ACCESS_KEY_ID", "AKIA{base32:16}"),
    ("SLACK_TOKEN", "xoxb-{digits:12}-{digits:12}-{alnum:24}"),
    ("SENDGRID_API_KEY", "SG.{alnum:22}.{alnum:43}"),
    ("OPENAI_API_KEY", "sk-proj-{alnum:74}T3BlbkFJ{alnum:74}"),
    ("DATABASE_URL", "postgres://app:{alnum:18}@db.shop-prod.net:5432/app"),
)
#: how a language gives a name to a text, which those that are missing here do as Python does
_LINES: dict[str, Callable[[str, str], str]] = {
    "env": lambda name, key: f"{name}={key}\n",
    "txt": lambda name, key: f"{name}={key}\n",
    "go": lambda name, key: f'const {name} = "{key}"\n',
    "java": lambda name, key: f'  static final String {name} = "{key}";\n',
    "js": lambda name, key: f"const {name.lower()} = '{key}';\n",
    "ts": lambda name, key: f"const {name.lower()} = '{key}';\n",
    "tsx": lambda name, key: f"const {name.lower()} = '{key}';\n",
    "json": lambda name, key: f'  "{name.lower()}": "{key}",\n',
    "py": lambda name, key: f'{name} = "{key}"\n',
    "php": lambda name, key: f'$config["{name.lower()}"] = "{key}";\n',
    "yml": lambda name, key: f"{name.lower()}: {key}\n",
}
#: files that say what a project is, in its root
_MANIFESTS = {
    "package.json": '{"name": "shop", "dependencies": {"react": "18"}}\n',
    "pyproject.toml": '[project]\nname = "shop"\n',
}


class _Tree:
    """Files that are written one after another."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(seed)  # noqa: S311 (the same for the same seed is what is wanted)
        self._author = Author(self._rng)
        self._seed = seed
        self._keys = 0

    def write(self, folder: Path, files: int, keys: int) -> None:
        """So many files with so many keys, and the manifests."""
        leaking = set(self._rng.sample(range(files), keys))
        for number in range(files):
            kind = self._rng.choices([*_KINDS], [*_KINDS.values()])[0]
            folders = self._rng.choices(WORDS[:30], k=self._rng.choice((1, 2, 2, 3)))
            name = f"{self._rng.choice(WORDS)}_{number}.{kind}"
            if number in leaking and self._keys % 10 == 9:
                kind, name = "env", f".env.{number}"
            lines = self._lines(kind, int(min(800, 15 + self._rng.expovariate(1 / 90))))
            if number in leaking:
                at = 1 if kind == "json" else self._rng.randrange(4, len(lines))
                lines.insert(at, self._leak(kind))
            path = folder.joinpath(*folders, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("".join(lines), encoding="utf-8")
        for name, text in _MANIFESTS.items():
            (folder / name).write_text(text, encoding="utf-8")

    def _lines(self, kind: str, count: int) -> list[str]:
        number = self._rng.randrange

        def word() -> str:
            return self._rng.choice(WORDS)

        if kind in ("js", "ts", "tsx"):
            imports = [f"import {{ {name} }} from './{name}';\n" for name in self._rng.sample(WORDS, 3)]
            return [*imports, *(self._function() for _ in range(count // 3))]
        if kind == "json":
            rows = ",\n".join(f'  "{word()}{at}": {number(999)}' for at in range(count))
            return ["{\n", rows, "\n}\n"]
        if kind == "yml":
            return [f"{word()}{at}: {word()}\n" for at in range(count)]
        if kind == "env":
            return [f"{word().upper()}{at}={word()}\n" for at in range(10)]
        return self._author.lines(count)

    def _function(self) -> str:
        one, two, three, four = self._rng.choices(WORDS, k=4)
        body = f"  const {four} = {three}.{one} + {self._rng.randrange(1000)};\n  return {four};\n"
        return f"export function {one}_{two}({three}) {{\n{body}}}\n"

    def _leak(self, kind: str) -> str:
        """A line with the next key, as it stands in a file of that kind."""
        name, template = _KEYS[self._keys % len(_KEYS)]
        key = fill(template.replace("{mode}", "live" if self._keys % 4 else "test"), f"{self._seed} {self._keys}")
        self._keys += 1
        return _LINES.get(kind, _LINES["py"])(name, key)


def make(folder: Path, files: int = 10_000, keys: int = 150, seed: int = 7) -> None:
    """Write a tree of so many files and two manifests into ``folder``, which must not exist yet."""
    folder.mkdir(parents=True)
    _Tree(seed).write(folder, files, keys)


def main(argv: Sequence[str] | None = None) -> int:
    """Make what is asked for; 0, or argparse's 2."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("folder", type=Path, metavar="FOLDER")
    add("--files", type=int, default=10_000, metavar="N", help="(%(default)s)")
    add("--keys", type=int, default=150, metavar="N", help="at most as many as files (%(default)s)")
    add("--seed", type=int, default=7, metavar="N", help="(%(default)s)")
    add("--git", action="store_true", help="commit all of it")
    asked = parser.parse_args(argv)
    make(asked.folder, asked.files, asked.keys, asked.seed)
    if asked.git:
        git = ["git", "-c", "user.name=Author", "-c", "user.email=author@example.com", "-C", str(asked.folder)]
        subprocess.run([*git, "init", "--quiet"], check=True)
        subprocess.run([*git, "add", "--all"], check=True)
        subprocess.run([*git, "commit", "--quiet", "--message=All of it"], check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
