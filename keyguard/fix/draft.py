"""A plan while it is made: each file with all changes collected for it so far."""

from __future__ import annotations

from keyguard.fix.files.folder import Blocked, Found
from keyguard.fix.files.site import Site
from keyguard.fix.plan import Left, Plan, Stage, Step, Write


class Draft:
    """The plan for a site. Each file is read once and written once."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._found: dict[bytes, Found | None] = {}
        self._writes: dict[bytes, Write] = {}
        self._steps: dict[tuple[Stage, bytes], Step] = {}
        self._left: set[Left] = set()

    def content(self, path: bytes) -> bytes:
        """Return the content that the file would have; empty without a file. Raise ``Blocked`` if it cannot change."""
        if path in self._writes:
            return self._writes[path].new
        found = self._look(path)
        return found.content if found else b""

    def exists(self, path: bytes) -> bool:
        """Return whether the file would exist. Raise ``Blocked`` if it cannot be read."""
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
        """Set the content of a file, including what was planned for it before. Raise ``Blocked`` if that cannot be."""
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
        """Add a step of another kind, once for each file."""
        self._steps[step.stage, step.path] = step

    def leave(self, path: bytes, line: int, reason: str, *, lasting: bool = False) -> None:
        """Add something that is left to a person."""
        self._left.add(Left(path, line, reason, lasting))

    def plans(self, stage: Stage, path: bytes) -> bool:
        """Return whether a step is planned for the file."""
        return (stage, path) in self._steps

    def ignores(self, path: bytes) -> bool:
        """Return whether the plan makes git ignore the file."""
        return any(path in write.proofs for write in self._writes.values() if write.stage is Stage.IGNORE)

    def plan(self) -> Plan:
        """Return the plan, in the order in which it is to be applied."""
        writes = [one for one in self._writes.values() if one.new != one.old]
        steps = sorted([*writes, *self._steps.values()], key=lambda one: (one.stage, one.path))
        return Plan(tuple(steps), tuple(sorted(self._left)))

    def refuse(self, path: bytes) -> None:
        """Raise ``Blocked`` if the content of the file cannot be changed."""
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
    if b"\0" in found.content:  # as Windows PowerShell writes it: inserted text would be in another encoding
        raise Blocked("the file is no text in UTF-8")
    if not found.mode & 0o222:
        raise Blocked("it is read-only")
    if found.info.st_nlink > 1:
        raise Blocked("it has several names, and only one of them would change")
