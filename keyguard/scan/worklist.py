"""A listing at work: every file and blob read and inspected, in one process or, where there are many, in several."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from keyguard.inspection.inspector import Inspector
from keyguard.inspection.tally import Guarded, Tally
from keyguard.model.finding import Blob, Sighting, Skipped, Where
from keyguard.sources.listing import Listing, Stored, TreeFile
from keyguard.sources.reading import PIECE, Absent, Opened, Reader
from keyguard.support.errors import GitError

if TYPE_CHECKING:
    from keyguard.git.layout.repository import Repository
    from keyguard.git.objects.blobs import BlobContent
    from keyguard.scan.shared_texts import SharedTexts
    from keyguard.support.progress import Progress

#: below this number of files one process is faster than several
_FEW = 1500
_BATCH = 64
#: bytes that are looked at in one go: enough to be worth it, few enough to stay near the processor
_HEAP = 1 << 18

_Numbered = tuple[int, TreeFile]


class Worklist:
    """One listing and what inspects it."""

    def __init__(
        self,
        listing: Listing,
        inspector: Inspector,
        *,
        max_size: int | None = None,
        jobs: int = 0,
        progress: Progress | None = None,
    ) -> None:
        self._listing = listing
        self._inspector = inspector
        self._max_size = max_size
        self._jobs = jobs
        self._progress = progress
        self._files = [(index, file) for index, folder in enumerate(listing.folders) for file in folder.files]
        self._readers: dict[int, Reader] = {}
        self.shared: SharedTexts | None = None  # where other processes read
        #: what is known so far, never added up in place: at any moment ^C finds each file in it once, or not
        self._kept = [Tally(skipped=list(listing.skipped))]

    def run(self, meanwhile: Callable[[], None] | None = None) -> Tally:
        """Read and inspect all that is listed. Where other processes do that, we need not wait for them idly:
        ``meanwhile`` is called once they are at work.
        """
        if self._progress:
            self._progress.begin("files", "files")
            self._progress.expect(len(self._files))
        if len(self._files) < _FEW or not self._share_out(meanwhile):
            self._inspect(self._files, self._kept[0], watched=True)
        tally = self._kept[0]
        for stored in (*self._listing.stored, *self._absent(tally)):
            self._inspect_stored(stored, tally)
        self._forget_old(tally)
        return tally

    def so_far(self) -> Tally:
        """What had been read when ``run`` was interrupted; of changes, with what may have been there before."""
        tally = Tally()
        for one in self._kept:
            tally.add(one)
        return tally

    # --- files --------------------------------------------------------------------------------------------------

    def _share_out(self, meanwhile: Callable[[], None] | None) -> bool:
        """Have the files inspected by several processes; False where one is all that there can be."""
        from keyguard.inspection import workers  # a commit has no use for it
        from keyguard.scan import shared_texts

        jobs = self._jobs or workers.available_cpus()
        if jobs == 1 or not workers.can_fork():
            return False
        size = max(_BATCH, -(-len(self._files) // workers.MAX_TASKS))
        self.shared = shared_texts.made()
        batches = [self._files[at : at + size] for at in range(0, len(self._files), size)]
        try:
            answers = self._map(batches, jobs, meanwhile)
            tally = Tally(skipped=list(self._listing.skipped))
            for batch, found in zip(batches, answers, strict=True):
                tally.add(found if found is not None else self._one_by_one(batch))
        except OSError:
            self._kept = [Tally(skipped=list(self._listing.skipped))]  # all of it is read again
            self.shared = None
            return False
        self._kept = [tally]
        return True

    def _one_by_one(self, files: list[_Numbered]) -> Tally:
        """A worker died over these: find out over which, and lose no other."""
        from keyguard.inspection import workers

        tally = Tally()
        for at in range(0, len(files), workers.MAX_TASKS):
            part = files[at : at + workers.MAX_TASKS]
            try:
                answers = self._map([[file] for file in part], 1)
            except OSError:
                answers = [None] * len(part)
            for (index, file), found in zip(part, answers, strict=True):
                lost = [self._crashed(index, file, "the process that read it died")] if found is None else []
                tally.add(found or Tally(skipped=lost))
        return tally

    def _map(
        self, batches: Sequence[list[_Numbered]], jobs: int, meanwhile: Callable[[], None] | None = None
    ) -> list[Tally | None]:
        """The tally of each batch, or None where a worker died over it. OSError where there can be no worker."""
        from keyguard.inspection import workers
        from keyguard.scan.shared_texts import Place

        found: list[Tally | None] = [None] * len(batches)

        def work(index: int) -> bytes:
            seen = self._inspect(batches[index], Tally())
            return msgspec.msgpack.encode((seen, self.shared.fresh() if self.shared else []))

        def take(index: int, answer: bytes) -> None:
            tally, texts = msgspec.msgpack.decode(answer, type=tuple[Tally, list[Place]])
            found[index] = tally
            if self.shared:
                self.shared.add(texts)
            self._kept.append(tally)
            self._tell(len(batches[index]), tally.sightings)

        workers.fork_map(work, len(batches), jobs, take, meanwhile)
        return found

    def _inspect(self, files: Sequence[_Numbered], tally: Tally, *, watched: bool = False) -> Tally:
        told = 0
        try:
            for at in range(0, len(files), _BATCH):
                batch = files[at : at + _BATCH]
                self._inspect_batch(batch, tally)
                if watched:
                    self._tell(len(batch), tally.sightings[told:])
                    told = len(tally.sightings)
        finally:
            for reader in self._readers.values():
                reader.close()
            self._readers.clear()
        return tally

    def _tell(self, done: int, sightings: Iterable[Sighting]) -> None:
        if self._progress:
            self._progress.advance(done, (one.fingerprint for one in sightings))

    def _inspect_batch(self, files: Iterable[_Numbered], tally: Tally) -> None:
        """What is small is looked at in heaps."""
        heap: list[_Numbered] = []
        texts: list[bytes] = []
        size = 0
        for index, file in files:
            text = self._reader(index).small(file.path)
            if text is None:
                self._inspect_file(index, file, tally)
                continue
            heap.append((index, file))
            texts.append(text)
            size += len(text)
            if size >= _HEAP:
                self._inspect_heap(heap, texts, tally)
                heap, texts, size = [], [], 0
        self._inspect_heap(heap, texts, tally)

    def _inspect_heap(self, heap: list[_Numbered], texts: list[bytes], tally: Tally) -> None:
        """Of most heaps nothing is left after the first look, and of others a file or two."""
        try:
            suspects = self._inspector.suspects(texts)
        except Exception:  # noqa: BLE001 - one of them is the cause: it will show which
            suspects = list(range(len(texts)))
        tally.read += len(texts) - len(suspects)
        tally.size += sum(map(len, texts)) - sum(len(texts[at]) for at in suspects)
        for at in suspects:
            self._inspect_file(*heap[at], tally, texts[at])
        if self.shared:
            self.shared.keep(heap, texts, tally.sightings)

    def _inspect_file(self, index: int, file: TreeFile, tally: Tally, text: bytes | None = None) -> None:
        """``text`` is its content, where that has been read already."""
        reader = self._reader(index)
        try:
            opened = reader.read(file.path) if text is None else Opened(text, None, len(text))
            if isinstance(opened, Skipped):
                tally.skipped.append(opened)
            else:
                self._note(Blob(path=reader.display(file.path), where=Where.TREE), opened, tally)
        except Absent:
            tally.absent.append((index, file.path))
        except Exception as error:  # noqa: BLE001 - a fault of ours costs the one file, as the death of a worker does
            tally.skipped.append(self._crashed(index, file, f"{type(error).__name__} while it was inspected"))
        reader.release()

    def _crashed(self, index: int, file: TreeFile, detail: str) -> Skipped:
        return Skipped(path=self._listing.folders[index].display(file.path), reason="crashed", detail=detail)

    def _note(self, blob: Blob, opened: Opened, tally: Tally) -> None:
        if opened.data is not None:
            seen = self._inspector.inspect(blob, opened.data)
            tally.note(seen)
            tally.whole(blob.path, seen.container)
        elif opened.read is not None:
            guarded = Guarded(opened.read)
            if opened.size <= PIECE:
                seen = self._inspector.inspect(blob, b"".join(iter(guarded.read, b"")))
            else:
                seen = self._inspector.inspect_stream(blob, guarded.read)
            tally.note(seen)
            tally.settle(blob.path, guarded, seen.container)

    def _reader(self, index: int) -> Reader:
        found = self._readers.get(index)
        if found is None:
            folder = self._listing.folders[index]
            found = self._readers[index] = Reader(folder.root, folder.shown, self._max_size)
        return found

    # --- objects ------------------------------------------------------------------------------------------------

    def _absent(self, tally: Tally) -> list[Stored]:
        """Listed files that are not there: what git holds for them is read instead; the others have vanished."""
        known = {(index, file.path): file for index, file in self._files} if tally.absent else {}
        blobs: dict[int, list[Blob]] = {}
        for index, path in tally.absent:
            file, folder = known[index, path], self._listing.folders[index]
            shown = folder.display(path)
            if file.oid and folder.repository:
                blobs.setdefault(index, []).append(Blob(path=shown, where=Where.INDEX, oid=file.oid, old=file.old))
            else:
                tally.skipped.append(Skipped(path=shown, reason="vanished", detail="it was there when it was listed"))
        return [
            Stored(repository, found)
            for index, found in sorted(blobs.items())
            if (repository := self._listing.folders[index].repository)
        ]

    def _inspect_stored(self, stored: Stored, tally: Tally) -> None:
        done, problem = 0, "git gave no answer"
        try:
            for content in _contents(stored):
                self._inspect_content(stored.blobs[done], content, tally)
                done += 1
        except GitError as error:
            problem = str(error)
        tally.skipped += [Skipped(path=blob.path, reason="unreadable", detail=problem) for blob in stored.blobs[done:]]

    def _inspect_content(self, blob: Blob, content: BlobContent, tally: Tally) -> None:
        if content.problem:
            detail = f"object {content.oid}: {content.problem}"
            tally.skipped.append(Skipped(path=blob.path, reason="unreadable", detail=detail))
        elif self._max_size is not None and content.size > self._max_size:
            detail = f"{content.size} bytes, more than --max-size"
            tally.skipped.append(Skipped(path=blob.path, reason="too-large", detail=detail, gap=False))
        else:
            self._note(blob, Opened(None, content.read, content.size), tally)

    def _forget_old(self, tally: Tally) -> None:
        """Drop what the change did not add: it stood in the version that a blob replaces."""
        seen = {(one.occurrence.path, one.occurrence.where) for one in tally.sightings}
        before = Tally()
        for repository, blobs in self._changed():
            replaced = [blob for blob in blobs if (blob.path, blob.where) in seen]
            if replaced and repository:
                self._inspect_stored(Stored(repository, [blob._replace(oid=blob.old) for blob in replaced]), before)
        tally.forget(before.sightings)

    def _changed(self) -> Iterator[tuple[Repository | None, list[Blob]]]:
        for stored in self._listing.stored:
            yield stored.repository, [blob for blob in stored.blobs if blob.old]
        for folder in self._listing.folders:
            files = [file for file in folder.files if file.old]
            yield folder.repository, [Blob(folder.display(file.path), Where.TREE, "", file.old) for file in files]


def _contents(stored: Stored) -> Iterator[BlobContent]:
    if not stored.blobs:
        return
    oids = [blob.oid for blob in stored.blobs]
    if stored.reader:
        yield from stored.reader.blobs(oids)
        return
    from keyguard.git.objects.blobs import read_blobs
    from keyguard.git.process.opening import open_shadow

    with open_shadow(stored.repository) as shadow:
        yield from read_blobs(shadow, oids)
