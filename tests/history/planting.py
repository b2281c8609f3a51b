"""A repository in which one key stands in each place where git can hold one, and what is to be said of each.

Every key has a name, and the file it is in bears the name too, so that a failure tells what was missed.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from tests.helpers.repos import Repo
from tests.history.asking import key, line

__all__ = ["PLACES", "Place", "Planted", "plant"]


class Place(NamedTuple):
    """One occurrence as the report should have it, under its names there. ``line`` 0: not looked at."""

    kind: str
    path: str
    commit: str = ""
    removed_in: str = ""
    reach: str = "head"
    refs: tuple[str, ...] = ()
    at_head: bool = False
    line: int = 2
    column: int = 20
    object: str = ""


class Planted(NamedTuple):
    """The repository, and each key's places, sorted."""

    repo: Repo
    places: dict[str, list[Place]]
    inner: Repo
    """The submodule's own work tree."""


class Planter:
    """A repository that grows. Each commit is made at an hour of its own, two hours east of Greenwich."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.repo = Repo(folder / "planted")
        self.places: dict[str, list[Place]] = {}
        self._hour = 0
        self.repo.write("README.md", "nothing\n").write("root.env", line("root")).add()
        root = self.commit()
        self.repo.remove("root.env").add()
        self.base = self.commit()
        """Where branches begin: no key is in it."""
        self.blob("root", root, self.base)

    def git(self, *words: str, stdin: bytes = b"") -> str:
        """What git says an hour later, the end of the line left out."""
        self._tick(self.repo)
        return self.repo.git(*words, stdin=stdin).decode().strip()

    def commit(self, message: str = "change", *options: str, repo: Repo | None = None) -> str:
        """Commit what is staged, here or in another work tree; the id."""
        where = repo or self.repo
        self._tick(where)
        return where.commit(message, *options).oid()

    def _tick(self, repo: Repo) -> None:
        self._hour += 1
        date = f"2026-{1 + self._hour // 672:02}-{1 + self._hour // 24 % 28:02}T{self._hour % 24:02}:00:00+02:00"
        repo.environment.update(GIT_AUTHOR_DATE=date, GIT_COMMITTER_DATE=date)

    def settings(self, name: str) -> str:
        """Commit the file with that key; the commit's id."""
        self.repo.write(f"{name}.env", line(name)).add()
        return self.commit()

    def drop(self, *files: str) -> str:
        """Commit that these files are gone; the commit's id."""
        for file in files:
            self.repo.remove(file)
        self.repo.add()
        return self.commit()

    def branch(self, name: str, start: str = "") -> None:
        """Be on a new branch."""
        self.git("checkout", "--quiet", "-b", name, start or self.base)

    def main(self) -> None:
        """Be on the main branch again."""
        self.git("checkout", "--quiet", "main")

    def store(self, name: str) -> str:
        """Put a settings file into the object store; its id."""
        return self.git("hash-object", "-w", "--stdin", stdin=line(name).encode())

    def tree(self, name: str) -> str:
        """The same in a folder of one file; the tree's id."""
        return self.git("mktree", stdin=f"100644 blob {self.store(name)}\t{name}.env\n".encode())

    def lone_commit(self, name: str, *parents: str) -> str:
        """A commit of that tree to which nothing leads yet."""
        words = [word for parent in parents for word in ("-p", parent)]
        return self.git("commit-tree", *words, "-m", "lone", self.tree(name))

    def expect(self, name: str, *places: Place) -> None:
        """What is to be said of a key."""
        self.places.setdefault(name, []).extend(places)

    def blob(self, name: str, commit: str, removed: str = "", path: str = "", **more: Any) -> None:
        """The same of one that stands in a file as ``line`` makes it."""
        self.expect(name, Place("blob", path or f"{name}.env", commit, removed, **more))

    def raw(self, kind: str, name: str, oid: str, **more: Any) -> None:
        """The same of one in a commit or tag object."""
        line, column = position(self.git("cat-file", kind, oid), key(name))
        commit = oid if kind == "commit" else ""
        place = Place(kind, f"{kind}:{oid}", commit, object=oid, line=line, column=column)
        self.expect(name, place._replace(**more))

    def file(self, name: str, path: str) -> None:
        """The same of one in a file of git's own."""
        line, column = position((self.repo.path / path).read_text(), key(name))
        self.expect(name, Place("file", path, reach="", line=line, column=column))


def position(text: str, value: str) -> tuple[int, int]:
    """Line and column at which a value stands in a text."""
    before = text[: text.index(value)]
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def masked(name: str) -> str:
    """How a key is shown in the name of a file."""
    return f"sk_live_********{key(name)[-4:]}"


# --- commits ------------------------------------------------------------------------------------------------------


def deleted(p: Planter) -> None:
    """Brought, edited around, deleted: what lies between is not told."""
    brought = p.settings("deleted")
    p.repo.write("deleted.env", "# one more line\n# and another\n" + line("deleted")).add()
    p.commit()
    p.blob("deleted", brought, p.drop("deleted.env"))


def returned(p: Planter) -> None:
    """At the same path twice."""
    for _ in range(2):
        brought = p.settings("returned")
        p.blob("returned", brought, p.drop("returned.env"))


def moved(p: Planter) -> None:
    """Renamed, then deleted."""
    first = p.settings("moved")
    p.git("mv", "moved.env", "renamed.env")
    second = p.commit()
    third = p.drop("renamed.env")
    p.blob("moved", first, second)
    p.blob("moved", second, third, "renamed.env")


def replaced(p: Planter) -> None:
    """The file stays, the key goes."""
    brought = p.settings("replaced")
    p.repo.write("replaced.env", "SENDMAILOS_API_KEY=${FROM_VAULT}\n").add()
    p.blob("replaced", brought, p.commit())


def twins(p: Planter) -> None:
    """One blob at two paths, of which one goes first."""
    p.repo.write("deep/down/twins.env", line("twins"))
    brought = p.settings("twins")
    first = p.drop("deep/down/twins.env")
    p.blob("twins", brought, first, "deep/down/twins.env")
    p.blob("twins", brought, p.drop("twins.env"))


def side(p: Planter) -> None:
    """A branch that was never merged."""
    p.branch("side")
    p.blob("side", p.settings("side"), reach="branch", refs=("refs/heads/side",))
    p.main()


def orphan(p: Planter) -> None:
    """A branch that shares nothing with the others."""
    p.git("checkout", "--quiet", "--orphan", "orphan")
    p.git("rm", "-r", "--quiet", "--cached", ".")
    p.repo.write("orphan.env", line("orphan"))
    p.git("add", "orphan.env")
    p.blob("orphan", p.commit(), reach="branch", refs=("refs/heads/orphan",))
    p.git("checkout", "--quiet", "--force", "main")


def amended(p: Planter) -> None:
    """Taken out of the commit before anyone saw it."""
    brought = p.settings("amended")
    p.repo.remove("amended.env").add()
    p.commit("change", "--amend")
    p.blob("amended", brought, reach="reflog")


def abandoned(p: Planter) -> None:
    """A branch that was deleted."""
    p.branch("abandoned")
    p.blob("abandoned", p.settings("abandoned"), reach="reflog")
    p.main()
    p.git("branch", "--quiet", "-D", "abandoned")


def dangling(p: Planter) -> None:
    """A commit to which nothing leads, not even a reflog."""
    p.blob("dangling", p.lone_commit("dangling", p.base), reach="dangling")


def lost_branch(p: Planter) -> None:
    """The same with a commit before and one behind."""
    first = p.lone_commit("lost-branch", p.base)
    second = p.git("commit-tree", "-p", first, "-m", "x", f"{p.base}^{{tree}}")
    p.blob("lost-branch", first, second, reach="dangling")


# --- merges -------------------------------------------------------------------------------------------------------


def evil_merge(p: Planter) -> None:
    """The resolution of a conflict."""
    for branch, text in (("evil", "theirs\n"), ("good", "ours\n")):
        p.branch(branch)
        p.repo.write("evil-merge.env", text).add()
        p.commit()
    p.repo.git("merge", "--quiet", "evil", check=False)
    p.repo.write("evil-merge.env", line("evil-merge")).add()
    merge = p.commit()
    assert len(p.git("rev-parse", f"{merge}^@").split()) == 2
    p.blob("evil-merge", merge, reach="branch", refs=("refs/heads/good",))
    p.main()


def added_by_merge(p: Planter) -> None:
    """A file that a merge adds though no parent has it; deleted later."""
    p.branch("plain")
    p.commit()
    p.main()
    p.git("merge", "--quiet", "--no-ff", "--no-commit", "plain")
    merge = p.settings("added-by-merge")
    p.blob("added-by-merge", merge, p.drop("added-by-merge.env"))
    p.git("branch", "--quiet", "-D", "plain")


def octopus(p: Planter) -> None:
    """A merge of three parents that brings something of its own."""
    parents = [p.lone_commit(name, p.base) for name in ("arm-one", "arm-two", "arm-three")]
    merge = p.lone_commit("octopus", *parents)
    p.git("update-ref", "refs/heads/octopus", merge)
    p.blob("octopus", merge, reach="branch", refs=("refs/heads/octopus",))
    for name, parent in zip(("arm-one", "arm-two", "arm-three"), parents, strict=True):
        # each arm has a key that the merge does not take over: nobody took it from all of them
        p.blob(name, parent, reach="branch")


def second_parent(p: Planter) -> None:
    """Brought and deleted on a branch that was merged."""
    p.branch("topic")
    brought = p.settings("second-parent")
    removed = p.drop("second-parent.env")
    p.main()
    p.git("merge", "--quiet", "--no-ff", "-m", "merge", "topic")
    p.git("branch", "--quiet", "-D", "topic")
    p.blob("second-parent", brought, removed)


def merged(p: Planter) -> None:
    """Brought by a branch, merged as it is, deleted after that: the merge brings nothing."""
    p.branch("merged")
    brought = p.settings("merged")
    p.main()
    p.git("merge", "--quiet", "--no-ff", "-m", "merge", "merged")
    p.git("branch", "--quiet", "-D", "merged")
    p.blob("merged", brought, p.drop("merged.env"))


def left_out_by_merge(p: Planter) -> None:
    """On one side of a merge only, which leaves it out: it is gone, but nobody deleted it."""
    p.branch("left-out")
    brought = p.settings("left-out-by-merge")
    p.main()
    p.git("merge", "--quiet", "--no-ff", "--no-commit", "left-out")
    p.drop("left-out-by-merge.env")
    p.git("branch", "--quiet", "-D", "left-out")
    p.blob("left-out-by-merge", brought)


def deleted_by_merge(p: Planter) -> None:
    """On both sides of a merge, which deletes it."""
    brought = p.settings("deleted-by-merge")
    p.branch("both", "main")
    p.commit()
    p.main()
    p.commit()
    p.git("merge", "--quiet", "--no-ff", "--no-commit", "both")
    p.blob("deleted-by-merge", brought, p.drop("deleted-by-merge.env"))
    p.git("branch", "--quiet", "-D", "both")


# --- stashes, and what was never committed ------------------------------------------------------------------------


def dropped_stash(p: Planter) -> None:
    """Stashed and dropped."""
    p.repo.write("README.md", line("dropped-stash"))
    p.git("stash", "push", "--quiet")
    p.blob("dropped-stash", p.repo.oid("stash"), path="README.md", reach="dangling")
    p.git("stash", "drop", "--quiet")


def stash(p: Planter) -> None:
    """What was staged, what was untracked, and what was changed, in a stash each; the last is the one on top."""
    p.repo.write("stash-index.env", line("stash-index")).add().write("stash-index.env", "nothing\n")
    p.git("stash", "push", "--quiet")
    p.blob("stash-index", p.repo.oid("stash^2"), reach="stash")
    p.repo.write("stash-untracked.env", line("stash-untracked"))
    p.git("stash", "push", "--quiet", "--include-untracked")
    p.blob("stash-untracked", p.repo.oid("stash^3"), reach="stash")
    p.repo.write("README.md", line("stash"))
    p.git("stash", "push", "--quiet")
    p.blob("stash", p.repo.oid("stash"), path="README.md", reach="stash", refs=("refs/stash",))


def added(p: Planter) -> None:
    """Staged and taken back."""
    p.repo.write("added.env", line("added")).add()
    oid = p.repo.oid(":added.env")
    p.git("rm", "--quiet", "--force", "added.env")
    p.blob("added", "", path=f"blob:{oid}", reach="dangling", object=oid)


def lone_tree(p: Planter) -> None:
    """A tree that nothing names: it knows what the file is called."""
    p.tree("lone-tree")
    p.blob("lone-tree", "", reach="dangling")


# --- refs ---------------------------------------------------------------------------------------------------------


def odd_ref(p: Planter) -> None:
    """Refs that no porcelain makes."""
    for name, ref, reach in (
        ("odd-ref", "refs/odd/place", "ref"),
        ("remote", "refs/remotes/origin/topic", "remote"),
        ("pull", "refs/pull/7/head", "ref"),
        ("tagged", "refs/tags/tagged", "tag"),
    ):
        commit = p.lone_commit(name, p.base)
        p.git("update-ref", ref, commit)
        p.blob(name, commit, reach=reach, refs=(ref,))


def nearest_reach(p: Planter) -> None:
    """A commit to which a tag, a remote branch and a branch lead is in a branch; refs are told all the same."""
    commit = p.lone_commit("nearest", p.base)
    refs = ("refs/heads/nearest", "refs/remotes/origin/nearest", "refs/tags/nearest")
    for ref in refs:
        p.git("update-ref", ref, commit)
    p.blob("nearest", commit, reach="branch", refs=refs)


def tags(p: Planter) -> None:
    """Messages of tags, and tags on what is no commit."""
    p.git("tag", "-a", "message", "-m", f"release\n\n{line('tag')}", p.base)
    p.raw("tag", "tag", p.repo.oid("refs/tags/message"), reach="tag", refs=("refs/tags/message",))
    p.git("tag", "-a", "inner", "-m", line("nested-tag"), p.base)
    inner = p.repo.oid("refs/tags/inner")
    p.git("tag", "-a", "outer", "-m", "nothing", "inner")
    p.git("tag", "-d", "inner")
    p.raw("tag", "nested-tag", inner, reach="tag", refs=("refs/tags/outer",))
    blob = p.store("tagged-blob")
    p.git("tag", "blob", blob)
    p.blob("tagged-blob", "", path=f"blob:{blob}", reach="tag", refs=("refs/tags/blob",), object=blob)
    other = p.store("annotated-blob")
    p.git("tag", "-a", "annotated", "-m", "x", other)
    p.blob("annotated-blob", "", path=f"blob:{other}", reach="tag", refs=("refs/tags/annotated",), object=other)
    p.git("tag", "tree", p.tree("tagged-tree"))
    p.blob("tagged-tree", "", reach="tag", refs=("refs/tags/tree",))


def lost_tag(p: Planter) -> None:
    """A tag that was deleted: its object stays."""
    p.git("tag", "-a", "lost", "-m", line("lost-tag"), p.base)
    oid = p.repo.oid("refs/tags/lost")
    p.git("tag", "-d", "lost")
    p.raw("tag", "lost-tag", oid, reach="dangling")


def note(p: Planter) -> None:
    """A note on a commit."""
    p.git("notes", "add", "-m", line("note"), p.base)
    p.blob("note", p.repo.oid("refs/notes/commits"), path=p.base, reach="ref", refs=("refs/notes/commits",))


# --- messages and people ------------------------------------------------------------------------------------------


def message(p: Planter) -> None:
    """The text of a commit in the main history, and of one on top of a branch."""
    p.raw("commit", "message", p.commit(f"deploy\n\n{line('message')}"))
    p.branch("message")
    top = p.commit(f"deploy\n\n{line('top-message')}")
    p.raw("commit", "top-message", top, reach="branch", refs=("refs/heads/message",))
    p.main()


def people(p: Planter) -> None:
    """Who wrote it, and where he is to be reached."""
    p.raw("commit", "author", p.commit("change", "--author", f"A {key('author')} U <author@example.com>"))
    p.raw("commit", "address", p.commit("change", "--author", f"A U <{key('address')}@example.com>"))


# --- what diffs do not show ---------------------------------------------------------------------------------------


def binary(p: Planter) -> None:
    """Files that git takes for binary, by what is in them or because it was told so."""
    text = f"SENDMAILOS_API_KEY={key('nul')}\n".encode()
    p.repo.write("nul.bin", b"\0\1\2\n" + text + bytes(100))
    p.repo.write("utf16.txt", f"SENDMAILOS_API_KEY={key('utf16')}\n".encode("utf-16"))
    p.repo.write(".gitattributes", "*.lock -diff\n*.dat binary\n")
    p.repo.write("no-diff.lock", line("no-diff")).write("binary.dat", line("binary")).add()
    brought = p.commit()
    removed = p.drop("nul.bin", "utf16.txt", "no-diff.lock", "binary.dat")
    p.blob("nul", brought, removed, "nul.bin")
    p.blob("utf16", brought, removed, "utf16.txt", line=0)
    p.blob("no-diff", brought, removed, "no-diff.lock")
    p.blob("binary", brought, removed, "binary.dat")


def names(p: Planter) -> None:
    """Names of a file and of a folder."""
    file, folder = f"{key('file-name')}.txt", key("folder-name")
    p.repo.write(f"some/{file}", "x").write(f"{folder}/x.txt", "x").add()
    brought = p.commit()
    blob, tree = p.repo.oid(f"HEAD:some/{file}"), p.repo.oid(f"HEAD:{folder}")
    removed = p.drop(f"some/{file}", f"{folder}/x.txt")
    path = f"some/{masked('file-name')}.txt"
    p.expect("file-name", Place("name", path, brought, removed, line=1, column=6, object=blob))
    path = masked("folder-name")
    p.expect("folder-name", Place("name", path, brought, removed, line=1, column=1, object=tree))


def symlink(p: Planter) -> None:
    """Where a link leads."""
    p.repo.link("link", f"/run/{key('symlink')}").add()
    brought = p.commit()
    p.blob("symlink", brought, p.drop("link"), "link", line=1, column=6)


def kept(p: Planter) -> None:
    """Still there, at the path where it always was, and staged no other way."""
    brought = p.settings("kept")
    p.blob("kept", brought, reach="head", refs=("refs/heads/main",), at_head=True)


# --- git's own files ----------------------------------------------------------------------------------------------


def metadata_files(p: Planter) -> None:
    """The address of a remote, and a message in a reflog."""
    p.git("config", "remote.origin.url", f"https://{key('remote-address')}@example.com/x.git")
    p.file("remote-address", ".git/config")
    p.git("update-ref", "-m", f"fetched with {key('reflog')}", "refs/heads/logged", p.base)
    p.file("reflog", ".git/logs/refs/heads/logged")


def branch_name(p: Planter) -> None:
    """The name of a branch without a reflog."""
    p.git("-c", "core.logAllRefUpdates=false", "update-ref", f"refs/heads/for/{key('branch-name')}", p.base)
    path = f".git/refs/heads/for/{masked('branch-name')}"
    p.expect("branch-name", Place("name", path, reach="", line=1, column=21))


# --- other work trees and other stores ----------------------------------------------------------------------------


def linked(p: Planter) -> None:
    """HEAD and index of a linked work tree."""
    path = p.folder / "linked"
    p.git("worktree", "add", "--quiet", "--detach", str(path), p.base)
    other = Repo(path, init=False)
    other.write("worktree-head.env", line("worktree-head")).add()
    p.blob("worktree-head", p.commit(repo=other), reach="worktree")
    other.write("worktree-index.env", line("worktree-index")).add()
    p.blob("worktree-index", "", reach="index")


def submodule(p: Planter) -> None:
    """The store of a submodule, of which the work tree shows nothing any more."""
    inner = Repo(p.folder / "inner").write("submodule.env", line("submodule")).add()
    brought = p.commit(repo=inner)
    inner.remove("submodule.env").add()
    removed = p.commit(repo=inner)
    p.git("submodule", "--quiet", "add", str(inner.path), "module")
    p.commit()
    p.blob("submodule", brought, removed, "module/submodule.env")


def staged(p: Planter) -> None:
    """Staged, and nothing more. The last of all: it would go into any commit."""
    p.repo.write("staged.env", line("staged")).add()
    p.blob("staged", "", reach="index")


#: in this order, since some would show in others
PLACES: tuple[Callable[[Planter], None], ...] = (
    *(deleted, returned, moved, replaced, twins, side, orphan, amended, abandoned, dangling, lost_branch),
    *(evil_merge, added_by_merge, octopus, second_parent, merged, left_out_by_merge, deleted_by_merge),
    *(dropped_stash, stash, added, lone_tree, odd_ref, nearest_reach, tags, lost_tag, note, message, people),
    *(binary, names, symlink, metadata_files, branch_name, linked, submodule, kept, staged),
)


def loose(planted: Repo) -> None:
    """Leave everything as it is."""


def collected(planted: Repo) -> None:
    """Pack what can be reached; the rest stays loose."""
    _collect(planted, "--no-cruft")


def cruft(planted: Repo) -> None:
    """Pack everything, what cannot be reached into a pack of its own."""
    _collect(planted, "--cruft")


def _collect(planted: Repo, *options: str) -> None:
    never = ("gc.reflogExpire=never", "gc.reflogExpireUnreachable=never", "gc.worktreePruneExpire=never")
    words = [word for setting in never for word in ("-c", setting)]
    planted.git(*words, "gc", "--quiet", "--prune=never", *options)
    planted.git("-C", ".git/modules/module", *words, "gc", "--quiet", "--prune=never", *options)


#: how the repository is packed in the end
VARIANTS: dict[str, Callable[[Repo], None]] = {"loose": loose, "collected": collected, "cruft": cruft}


def plant(folder: Path, variant: str = "loose") -> Planted:
    """A new repository in that folder with a key in each place."""
    planter = Planter(folder)
    for place in PLACES:
        place(planter)
    VARIANTS[variant](planter.repo)
    if variant != "loose":
        del planter.places["branch-name"]
        # for clients that cannot ask, git lists all refs in a second file
        for path in (".git/packed-refs", ".git/info/refs"):
            if planter.repo.file(path).exists():
                planter.file("branch-name", path)
    places = {name: sorted(places) for name, places in planter.places.items()}
    return Planted(planter.repo, places, Repo(folder / "inner", init=False))


def names_of_keys() -> list[str]:
    """The names of all keys that are planted, for tests to be named after."""
    return KEYS.split()


#: spelt out, so that a place that plants nothing is noticed
KEYS = """
root deleted returned moved replaced twins side orphan amended abandoned dangling lost-branch
evil-merge added-by-merge octopus arm-one arm-two arm-three second-parent merged left-out-by-merge deleted-by-merge
dropped-stash stash-index stash-untracked stash added lone-tree
odd-ref remote pull tagged nearest tag nested-tag tagged-blob annotated-blob tagged-tree lost-tag note
message top-message author address nul utf16 no-diff binary file-name folder-name symlink
remote-address reflog branch-name worktree-head worktree-index submodule kept staged
"""
