"""Makes repositories up: as large as asked, alike in shape to real ones, and the same for the same seed.

Folders three deep, files of source text that grow in number, edits of a few lines, new, renamed and deleted files,
branches that are merged back, tags, now and then a picture, and one key in a thousand commits, which the next edit of
its file takes away again.
"""

from __future__ import annotations

import os
import random
import subprocess
from pathlib import Path
from typing import IO, NamedTuple

#: more files than this there are never at once, and fewer only at the start
_FEW, _MANY = 50, 500
_TOPICS = 4
_TEXT = """
account alias archive batch block branch buffer cache channel client commit config content context counter cursor
customer default delta device element encode entry error event field filter format frame group handle header index
input invoice item label layer length limit listen local marker member merge message method module node number object
offset option order output packet parent parse path pattern payment point pool prefix process profile query queue
range reader record region remote report request result return route scope search second section select server session
source state status stream string table target thread token total trace update user value vector version view window
worker writer
"""
WORDS = _TEXT.split()
_SHAPES = (
    "    {0}_{1} = {2}.{3}({4}, {n})\n",
    "    if {0}.{1} is not None and {2} > {n}:\n",
    "        return {0}.{1}_{2}({3}={4})\n",
    "    # the {0} of a {1} is never a {2}, unless its {3} is {n}\n",
    "def {0}_{1}({2}, {3}=None):\n",
    '        raise {0}("no {1} for {2} %d" % {n})\n',
    "    for {0} in {1}_{2}({3}):\n",
    "        {0}.{1}.append({2}[{n}])\n",
    "\n",
)


class Made(NamedTuple):
    """What was put into a repository."""

    commits: int
    keys: int


class _Topic(NamedTuple):
    """A branch that is not merged yet: its newest commit, how many are to come, and the files that are its own."""

    name: str
    mark: int
    left: int
    paths: list[str]


class Author:
    """Writes lines and files."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._lines = [self._line() for _ in range(4000)]

    def text(self) -> list[str]:
        """A new file: most are short, some are long."""
        return self.lines(int(min(800, 15 + self._rng.expovariate(1 / 90))))

    def lines(self, count: int) -> list[str]:
        """Lines, some of which were never written before."""
        return [self._line() if self._rng.random() < 0.2 else self._rng.choice(self._lines) for _ in range(count)]

    def edit(self, text: list[str]) -> None:
        """Some lines taken out at one place, and others put in."""
        start = self._rng.randrange(len(text) + 1)
        gone = self._rng.choice((0, 1, 1, 1, 2, 4)) if len(text) > 10 else 0
        text[start : start + gone] = self.lines(self._rng.choice((1, 1, 1, 2, 3, 8)))

    def key(self) -> str:
        """A line with a key that no other repository has."""
        characters = "".join(map(chr, [*range(48, 58), *range(65, 91), *range(97, 123)]))
        return 'KEY = "sk_' + f'live_51{"".join(self._rng.choices(characters, k=40))}"\n'

    def name(self) -> str:
        """A path that was hardly ever used before."""
        words = self._rng.choices(WORDS[:8], k=self._rng.choice((1, 2, 2, 3)))
        return "/".join([*words, f"{self._rng.choice(WORDS)}_{self._rng.randrange(1000)}.py"])

    def _line(self) -> str:
        words = self._rng.choices(WORDS, k=5)
        return self._rng.choice(_SHAPES).format(*words, n=self._rng.randrange(100_000))


class _History:
    """Commits, one after another, as ``git fast-import`` reads them."""

    def __init__(self, out: IO[bytes], seed: int) -> None:
        self._out = out
        self._rng = random.Random(seed)  # noqa: S311 (the same for the same seed is what is wanted)
        self._author = Author(self._rng)
        self._files: dict[str, list[str]] = {}
        self._leaking: set[str] = set()
        self._topics: list[_Topic] = []
        self._main = self._commits = self._merges = self._tagged = 0
        self.keys = 0

    def write(self, commits: int) -> None:
        """The whole history, with a tag for about every fiftieth part of it."""
        self._commit("main", 0, [self._add() for _ in range(_FEW)])
        self._main = 1
        while self._commits < commits:
            self._step()
            if self._commits > self._tagged + commits // 50:
                self._tagged = self._commits
                self._say(f"tag v{self._commits}\nfrom :{self._main}\ntagger {self._who()}\ndata 8\nRelease\n\n")

    def _step(self) -> None:
        dice = self._rng.random()
        if self._topics and dice < 0.4:
            self._go_on(self._topics.pop(0))
        elif len(self._topics) < _TOPICS and dice < 0.5:
            self._merges += 1
            paths = self._rng.sample(self._own(), self._rng.choice((1, 2, 3)))
            name = f"topic-{self._merges % (2 * _TOPICS)}"
            self._topics.append(_Topic(name, self._main, self._rng.randrange(1, 6), paths))
        else:
            changes = [self._change() for _ in range(self._rng.choice((1, 1, 1, 1, 2, 3)))]
            self._main = self._commit("main", self._main, changes)

    def _go_on(self, topic: _Topic) -> None:
        """One more commit on a branch; or, when it is finished, its files as they are there, on main."""
        if not topic.left:
            self._main = self._commit("main", self._main, [self._file(path) for path in topic.paths], topic.mark)
            return
        mark = self._commit(topic.name, topic.mark, [self._edit(self._rng.choice(topic.paths))])
        self._topics.append(topic._replace(mark=mark, left=topic.left - 1))

    def _commit(self, branch: str, parent: int, changes: list[bytes], merged: int = 0) -> int:
        self._commits += 1
        message = " ".join(self._rng.choices(WORDS, k=self._rng.choice((4, 6, 30)))) + "\n"
        self._say(f"commit refs/heads/{branch}\nmark :{self._commits}\nauthor {self._who()}\ncommitter {self._who()}\n")
        self._say(f"data {len(message)}\n{message}")
        self._say((f"from :{parent}\n" if parent else "") + (f"merge :{merged}\n" if merged else ""))
        self._out.writelines(changes)
        self._say("\n")
        return self._commits

    def _own(self) -> list[str]:
        """Files that no branch is working on."""
        taken = {path for topic in self._topics for path in topic.paths}
        return [path for path in self._files if path not in taken]

    def _change(self) -> bytes:
        dice = self._rng.random()
        if dice < 0.02 and len(self._files) < _MANY:
            return self._add()
        if dice < 0.003 + 0.02:
            return self._picture()
        path = self._rng.choice(self._own())
        if dice < 0.03:
            return self._rename(path)
        return self._edit(path)

    def _add(self) -> bytes:
        path = self._author.name()
        self._files.setdefault(path, self._author.text())
        return self._file(path)

    def _rename(self, path: str) -> bytes:
        new = self._author.name()
        if new in self._files:
            return self._edit(path)
        self._files[new] = self._files.pop(path)
        self._leaking.discard(path)
        return f"D {path}\n".encode() + self._file(new)

    def _edit(self, path: str) -> bytes:
        text = self._files[path]
        if path in self._leaking:
            self._leaking.discard(path)
            text[:] = [line for line in text if not line.startswith("KEY = ")]
        self._author.edit(text)
        if (self._commits + 500) // 1000 > self.keys:
            self.keys += 1
            self._leaking.add(path)
            text.insert(self._rng.randrange(len(text)), self._author.key())
        return self._file(path)

    def _file(self, path: str) -> bytes:
        return _inline(path, "".join(self._files[path]).encode())

    def _picture(self) -> bytes:
        return _inline(f"images/{self._rng.randrange(60)}.png", b"\x89PNG\r\n\x1a\n" + self._rng.randbytes(4000))

    def _who(self) -> str:
        number = self._rng.randrange(20)
        return f"Author {number} <author{number}@example.com> {1_500_000_000 + self._commits * 900} +0100"

    def _say(self, text: str) -> None:
        self._out.write(text.encode())


def _inline(path: str, data: bytes) -> bytes:
    return b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(data), data)


def make(folder: Path, commits: int, seed: int = 1) -> Made:
    """A bare repository in ``folder``, which must not exist yet, packed as a server packs what it sends."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    # nobody's own settings change what is made
    env = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(["git", "init", "--quiet", "--bare", str(folder)], check=True, env=env)
    git = ["git", f"--git-dir={folder}"]
    subprocess.run([*git, "symbolic-ref", "HEAD", "refs/heads/main"], check=True, env=env)
    # what is written here is packed anew below, so it need not be small
    importing = [*git, "-c", "pack.compression=1", "fast-import", "--quiet", "--force"]
    with subprocess.Popen(importing, stdin=subprocess.PIPE, env=env) as process:
        assert process.stdin is not None  # noqa: S101
        history = _History(process.stdin, seed)
        history.write(commits)
        process.stdin.close()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, importing)
    subprocess.run([*git, "repack", "-a", "-d", "-f", "-q"], check=True, env=env)
    subprocess.run([*git, "pack-refs", "--all"], check=True, env=env)
    return Made(commits, history.keys)
