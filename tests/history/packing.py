"""One content, packed in every way that git offers: who reads packs finds the same objects in all of them.

``PACKINGS`` has the ways by name, each a function that packs a repository as ``content`` made it. ``objects_of`` is
what git itself reads: the measure for every other reader.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from tests.helpers.repos import Repo
from tests.history.asking import key, line
from tests.history.packfiles import Packed, copy, delta_of, insert, install, object_id

__all__ = ["KEYS", "PACKINGS", "content", "deep", "objects_of", "repacked"]

#: what is in the content
KEYS = ("inserted", "straddling", "split", "first", "in-message", "in-tag", "unreachable")

#: versions of each file: enough for deltas upon deltas
_VERSIONS = 60


def content(repo: Repo) -> Repo:
    """Some files in many versions that resemble each other, branches that merge, tags, and what cannot be reached."""
    # with several threads packs differ from run to run
    repo.config("gc.auto", "0").config("pack.threads", "1")
    repo.git("fast-import", "--quiet", "--force", stdin=_stream())
    repo.git("tag", "-a", "v1", "-m", f"release\n\n{line('in-tag')}", "main")
    repo.git("hash-object", "-w", "--stdin", stdin=f"{_text(3)}{line('unreachable')}".encode())
    return repo


def objects_of(path: Path) -> dict[str, tuple[str, bytes]]:
    """Every object in the store of the repository, as git reads it: id -> (type, content)."""
    data = Repo(path, init=False).git("cat-file", "--batch-all-objects", "--batch", "--unordered", "--buffer")
    found, at = {}, 0
    while at < len(data):
        end = data.index(b"\n", at)
        oid, kind, size = data[at:end].decode().split()
        found[oid] = (kind, data[end + 1 : end + 1 + int(size)])
        at = end + 2 + int(size)
    return found


def repacked(source: Repo, folder: Path, name: str) -> Repo:
    """A copy of a repository, packed in the way of that name."""
    shutil.copytree(source.path, folder / "r", symlinks=True)
    repo = Repo(folder / "r", init=False)
    PACKINGS[name](repo)
    return repo


def deep(repo: Repo, depth: int, each: int = 1) -> list[str]:
    """Put a chain of so many deltas into a repository, with the key ``deep`` at its end and in each so manieth version
    before that; the ids of these.
    """
    whole = line("deep").encode()
    cut = len(whole) - 20  # what makes it a key is inserted, or not, behind what is kept from the beginning on
    text, entries, oids = whole[:cut], [Packed("blob", whole[:cut])], []
    for number in range(depth):
        # the end is replaced by the number: no two versions are the same, and none is long
        has_key = (depth - 1 - number) % each == 0
        end = (whole[cut:] if has_key else b"\n") + b"%d\n" % number
        changed = whole[:cut] + end
        entries.append(Packed("ofs-delta", delta_of(text, changed, copy(0, cut), insert(end)), number))
        if has_key:
            oids.append(object_id("blob", changed))
        text = changed
    install(repo, entries)
    return oids


# --- the content --------------------------------------------------------------------------------------------------


def _text(version: int, file: str = "a") -> str:
    """A file that has grown by a line at each version, and of which a line changes at each."""
    lines = [f"{file} line {number}: {number * number * 7919 % 104729}" for number in range(20 + version)]
    lines[version % 20] = f"{file} changed at version {version}"
    return "\n".join(lines) + "\n"


def _with_keys(version: int) -> str:
    """The file ``a``, in which keys come and go: as a whole, in two halves, with a line between them."""
    text = _text(version)
    halves = key("split")[:20], key("split")[20:]
    parts = key("straddling")[:-9], key("straddling")
    if 10 <= version < 14:
        text += line("inserted")
    if 20 <= version < 30:
        # what makes it a key is copied from the version before, and the end of it is inserted
        text += f"SENDMAILOS_API_KEY={parts[version >= 25]}\n"
    if 40 <= version < 50:
        between = "" if version >= 45 else "\n\n"
        text = f"SENDMAILOS_API_KEY={halves[0]}{between}{halves[1]}\n" + text
    return text


def _stream() -> bytes:
    """What ``git fast-import`` makes it from."""
    parts: list[str] = []
    for version in range(_VERSIONS):
        message = f"version {version}" + (f"\n\n{line('in-message')}" if version == 33 else "")
        files = {"a.txt": _with_keys(version), f"dir{version % 5}/b.txt": _text(version, "b"), "c": "c" * version}
        if version == 0:
            files["first.env"] = line("first")
        gone = ["first.env"] if version == 1 else []
        parts.append(_commit("refs/heads/main", version, message, files, gone))
        if version % 20 == 10:
            parts.append(f"reset refs/heads/side{version}\nfrom refs/heads/main\n\n")
            parts.append(
                _commit(f"refs/heads/side{version}", 100 + version, "side", {"d.txt": _text(version, "d")}, [])
            )
            parts.append(_commit("refs/heads/main", 200 + version, "merge", {}, [], f"refs/heads/side{version}"))
    return "".join(parts).encode()


def _commit(ref: str, number: int, message: str, files: dict[str, str], gone: list[str], merge: str = "") -> str:
    who = f"C O Mitter <committer@example.com> {1767225600 + number * 3600} +0200"
    head = f"commit {ref}\ncommitter {who}\ndata {len(message)}\n{message}\n" + (f"merge {merge}\n" if merge else "")
    changes = [f"M 100644 inline {name}\ndata {len(text)}\n{text}\n" for name, text in files.items()]
    return head + "".join(changes) + "".join(f"D {name}\n" for name in gone) + "\n"


# --- ways to pack it ----------------------------------------------------------------------------------------------


def _all(repo: Repo) -> list[str]:
    return sorted(objects_of(repo.path))


def _pack(repo: Repo, oids: list[str], *options: str) -> str:
    """Pack these objects; the pack's name."""
    prefix = str(repo.path / ".git/objects/pack/pack")
    return repo.git("pack-objects", "--quiet", *options, prefix, stdin="\n".join(oids).encode()).decode().strip()


def _drop_loose(repo: Repo) -> None:
    repo.git("prune-packed", "--quiet")


def _repack(*options: str, **settings: str) -> Callable[[Repo], None]:
    """Everything into one pack, with these options and settings; what cannot be reached too."""

    def pack(repo: Repo) -> None:
        for name, value in settings.items():
            repo.config(name.replace("_", ".", 1), value)
        repo.git("repack", "-a", "-d", "-f", "--keep-unreachable", "--quiet", *options)
        _drop_loose(repo)

    return pack


def loose(repo: Repo) -> None:
    """Each object in a file of its own."""
    packs = list((repo.path / ".git/objects/pack").glob("*.pack"))
    for pack in packs:
        moved = pack.rename(repo.path / "moved.pack")
        for other in pack.parent.glob(f"{pack.stem}.*"):
            other.unlink()
        repo.git("unpack-objects", "-q", stdin=moved.read_bytes())
        moved.unlink()


def several(repo: Repo, *options: str) -> None:
    """Three packs, deltas within each."""
    oids = _all(repo)
    loose(repo)
    for start in range(3):
        _pack(repo, oids[start::3], *options)
    _drop_loose(repo)


def some_loose(repo: Repo) -> None:
    """A part in a pack, the rest loose."""
    oids = _all(repo)
    loose(repo)
    _pack(repo, oids[::2])
    _drop_loose(repo)


def multi_pack_index(repo: Repo) -> None:
    """One index over several packs."""
    several(repo)
    repo.git("multi-pack-index", "write")


def only_multi_pack_index(repo: Repo) -> None:
    """The same, and packs that were put together again by it."""
    multi_pack_index(repo)
    repo.git("multi-pack-index", "repack", "--batch-size=0")
    repo.git("multi-pack-index", "expire")


def cruft(repo: Repo) -> None:
    """What cannot be reached in a pack of its own, with its times."""
    repo.git("branch", "-D", "side50")
    repo.git("reflog", "expire", "--expire=now", "--all")
    repo.git("repack", "--cruft", "-d", "--quiet")


def duplicated(repo: Repo) -> None:
    """Everything loose, in a kept pack, and in two more that overlap."""
    oids = _all(repo)
    loose(repo)
    name = _pack(repo, oids)
    (repo.path / f".git/objects/pack/pack-{name}.keep").touch()
    _pack(repo, oids[:200], "--window=0")
    _pack(repo, oids[100:], "--depth=3")


def alternates(repo: Repo) -> None:
    """A third here, a third in a store that this one borrows from, a third in one that that one borrows from."""
    oids = _all(repo)
    loose(repo)
    names = [_pack(repo, oids[start::3]) for start in range(3)]
    _drop_loose(repo)
    objects = repo.path / ".git/objects"
    stores = [repo.path / ".git/one/objects", repo.path / ".git/two/objects"]
    for store, name in zip(stores, names, strict=False):
        (store / "info").mkdir(parents=True)
        (store / "pack").mkdir()
        for file in (objects / "pack").glob(f"*{name}*"):
            file.rename(store / "pack" / file.name)
    (objects / "info/alternates").write_text("# a comment\n\n../one/objects\n")
    (stores[0] / "info/alternates").write_text(f"{stores[1]}\n")


def reindexed(version: str) -> Callable[[Repo], None]:
    """One pack, with an index of that version."""

    def pack(repo: Repo) -> None:
        _repack()(repo)
        (path,) = (repo.path / ".git/objects/pack").glob("*.pack")
        for other in path.parent.glob(f"{path.stem}.[!p]*"):
            other.unlink()
        repo.git("index-pack", f"--index-version={version}", str(path))

    return pack


def thin(repo: Repo) -> None:
    """Received as thin packs, to each of which git added the bases that were missing."""
    source = repo.path.parent / "source"
    repo.path.rename(source)
    shutil.copytree(source, repo.path, symlinks=True)
    sender, refs = Repo(source, init=False), repo.git("for-each-ref", "--format=%(refname)").decode().split()
    shutil.rmtree(repo.path / ".git")
    Repo(repo.path).config("receive.unpackLimit", "1").config("receive.denyCurrentBranch", "ignore")
    for start in ("main~50", "main~30", "main~10", *refs):
        ref = start if start in refs else "refs/heads/main"
        sender.git("push", "--quiet", "--thin", str(repo.path), f"{start}:{ref}")
    lost = set(objects_of(source)) - set(objects_of(repo.path))
    for oid in lost:
        repo.git("hash-object", "-w", "--stdin", stdin=sender.git("cat-file", "blob", oid))
    shutil.rmtree(source)


def reused(repo: Repo) -> None:
    """Packed again without looking for deltas anew."""
    _repack("--depth=50")(repo)
    repo.git("repack", "-a", "-d", "--keep-unreachable", "--quiet", "--depth=5")


def promised(repo: Repo) -> None:
    """A pack that is marked as come from a promisor."""
    _repack()(repo)
    (path,) = (repo.path / ".git/objects/pack").glob("*.pack")
    path.with_suffix(".promisor").touch()


#: name -> what packs a repository so
PACKINGS: dict[str, Callable[[Repo], None]] = {
    "loose": loose,
    "some-loose": some_loose,
    "one-pack": _repack(),
    "depth-1": _repack("--depth=1", "--window=10"),
    "depth-10": _repack("--depth=10", "--window=50"),
    "depth-4095": _repack("--depth=4095", "--window=250"),
    "no-deltas": _repack("--window=0"),
    "reused-deltas": reused,
    "whole-again": _repack("-F", "--depth=20"),
    "ref-deltas": _repack(repack_useDeltaBaseOffset="false"),
    "several": several,
    "several-offset-deltas": lambda repo: several(repo, "--delta-base-offset"),
    "multi-pack-index": multi_pack_index,
    "multi-pack-index-repacked": only_multi_pack_index,
    "cruft": cruft,
    "duplicated": duplicated,
    "alternates": alternates,
    "index-version-1": reindexed("1"),
    "64-bit-offsets": reindexed("2,0x40"),
    "bitmap-and-reverse-index": _repack("--write-bitmap-index", pack_writeReverseIndex="true"),
    "not-compressed": _repack("-F", core_compression="0"),
    "most-compressed": _repack("-F", core_compression="9"),
    "thin": thin,
    "promised": promised,
}
