"""A plan while it is made: each file with all that has been thought of for it so far."""

from __future__ import annotations

from keyguard.fix.changes import Left, Plan, Stage, Step, Write
from keyguard.fix.files.folder import Blocked, Found
from keyguard.fix.files.site import Site


class Draft:
    """What is to be done at a site. Files are looked at once, and written once."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._found: dict[bytes, Found | None] = {}
        self._writes: dict[bytes, Write] = {}
        self._steps: dict[tuple[Stage, bytes], Step] = {}
        self._left: set[Left] = set()

    def content(self, path: bytes) -> bytes:
        """The file as it would be; nothing where there is none. Raises ``Blocked`` where it cannot be changed."""
        if path in self._writes:
            return self._writes[path].new
        found = self._look(path)
        return found.content if found else b""

    def exists(self, path: bytes) -> bool:
        """Whether the file would be there. Raises ``Blocked``."""
        return path in self._writes or self._look(path) is not None

    def put(
        self,
        path: bytes,
        new: bytes,
        stage: Stage,
        title: str,
        *,
        mode: int | None = None,
        private: bool = False,
        proof: bytes = b"",
    ) -> None:
        """Another content for a file; one that was thought of before is part of it. Raises ``Blocked``."""
        before, found = self._writes.get(path), self._look(path)
        if found is not None:
            _refuse_odd(found)
        elif self._has_key(path[path.rfind(b"/") + 1 :]):
            raise Blocked("a file of this name would hold a key in it: give it another name")
        titles = dict.fromkeys([*(before.title.split("; ") if before else ()), title])
        self._writes[path] = Write(
            stage=min(before.stage, stage) if before else stage,
            path=path,
            title="; ".join(titles),
            old=found.content if found else None,
            new=new,
            mode=mode if mode is not None or before is None else before.mode,
            private=private or (before is not None and before.private),
            proofs=(*(before.proofs if before else ()), *((proof,) if proof else ())),
        )

    def add(self, step: Step) -> None:
        """A step of another kind, once for each file."""
        self._steps[step.stage, step.path] = step

    def leave(self, path: bytes, line: int, reason: str, *, lasting: bool = False) -> None:
        """Something that a person has to do."""
        self._left.add(Left(path, line, reason, lasting))

    def plans(self, stage: Stage, path: bytes) -> bool:
        """Whether a step is planned for the file."""
        return (stage, path) in self._steps

    def ignores(self, path: bytes) -> bool:
        """Whether the plan has git ignore the file."""
        return any(path in write.proofs for write in self._writes.values() if write.stage is Stage.IGNORE)

    def plan(self) -> Plan:
        """All of it, in the order in which it is to be done."""
        writes = [one for one in self._writes.values() if one.new != one.old]
        steps = sorted([*writes, *self._steps.values()], key=lambda one: (one.stage, one.path))
        return Plan(tuple(steps), tuple(sorted(self._left)))

    def refuse(self, path: bytes) -> None:
        """Raise ``Blocked`` where the file cannot be given another content."""
        found = self._look(path)
        if found is not None:
            _refuse_odd(found)

    def _has_key(self, name: bytes) -> bool:
        return self.site.names.masked(name) != name

    def _look(self, path: bytes) -> Found | None:
        if path not in self._found:
            self._found[path] = self.site.files.read(path)
        return self._found[path]


def _refuse_odd(found: Found) -> None:
    if b"\0" in found.content:  # as what Windows PowerShell writes: what is put in would be in another encoding
        raise Blocked("the file is no text in UTF-8")
    if not found.mode & 0o222:
        raise Blocked("it is read-only")
    if found.info.st_nlink > 1:
        raise Blocked("it has several names, and only one of them would change")
