"""Read and inspect every file and blob of a listing, in one process or, if there are many, in several."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from keyguard.inspection.inspector import Inspector
from keyguard.inspection.results import GuardedReader, Limiter, Results
from keyguard.model.finding import Blob, Sighting, Skipped, Where
from keyguard.scan.stored_contents import contents_of
from keyguard.sources.listing import Listing, Stored, TreeFile
from keyguard.sources.reading import PIECE, Absent, Opened, Reader
from keyguard.support.errors import GitError

if TYPE_CHECKING:
    from keyguard.engine.prefilter import Hits
    from keyguard.git.layout.repository import Repository
    from keyguard.git.objects.blobs import BlobContent
    from keyguard.scan.shared_texts import SharedTexts
    from keyguard.support.progress import Progress

#: below this number of files, one process is faster than several
_FEW = 1500
_BATCH = 64
#: bytes that are searched at once: enough to save calls, few enough to stay in the processor's cache
_HEAP = 1 << 18

_Numbered = tuple[int, TreeFile]


class Worklist:
    """A listing and the inspector for it."""

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
        #: then all places are held: it may turn out that they were there before
        self._is_change = any(file.old for _, file in self._files)
        self._readers: dict[int, Reader] = {}
        self._shared: SharedTexts | None = None
        #: the results so far, never summed in place: whenever ^C arrives, each file is in them once or not at all
        self._kept = [Results(skipped=list(listing.skipped))]

    def run(self, meanwhile: Callable[[], None] | None = None) -> Results:
        """Read and inspect everything listed.

        ``meanwhile`` is called once worker processes are running: there is no need to wait for them idly.
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
        Limiter().apply([tally])
        return tally

    def so_far(self) -> Results:
        """Return the results until ``run`` was interrupted; for changes, including keys that were there before."""
        tally = Results()
        for one in self._kept:
            tally.add(one)
        return tally

    def held(self, folder: int, path: bytes) -> bytes | None:
        """Return the text of a file in the folder of that number, if it is still at hand."""
        return self._shared.read(folder, path) if self._shared else None

    # --- files --------------------------------------------------------------------------------------------------

    def _share_out(self, meanwhile: Callable[[], None] | None) -> bool:
        """Have the files inspected by several processes; return False if only one is possible."""
        from keyguard.inspection import workers  # a commit hook does not need it

        jobs = self._jobs or workers.available_cpus()
        if jobs == 1 or not workers.can_fork():
            return False
        size = max(_BATCH, -(-len(self._files) // workers.MAX_TASKS))
        batches = [self._files[at : at + size] for at in range(0, len(self._files), size)]
        try:
            answers = self._map(batches, jobs, meanwhile)
            tally = Results(skipped=list(self._listing.skipped))
            for batch, found in zip(batches, answers, strict=True):
                tally.add(found if found is not None else self._one_by_one(batch))
        except OSError:
            self._kept = [Results(skipped=list(self._listing.skipped))]  # everything is read again
            self._shared = None
            return False
        finally:
            if self._shared:
                self._shared.close()
        self._kept = [tally]
        return True

    def _one_by_one(self, files: list[_Numbered]) -> Results:
        """Inspect these files one by one, since a worker died over them: only the file at fault is lost."""
        from keyguard.inspection import workers

        tally = Results()
        for at in range(0, len(files), workers.MAX_TASKS):
            part = files[at : at + workers.MAX_TASKS]
            try:
                answers = self._map([[file] for file in part], 1)
            except OSError:
                answers = [None] * len(part)
            for (index, file), found in zip(part, answers, strict=True):
                lost = [self._crashed(index, file, "the process that read it died")] if found is None else []
                tally.add(found or Results(skipped=lost))
        return tally

    def _map(
        self, batches: Sequence[list[_Numbered]], jobs: int, meanwhile: Callable[[], None] | None = None
    ) -> list[Results | None]:
        """Return the results of each batch, None if a worker died over it; OSError if there can be no worker."""
        from keyguard.inspection import workers
        from keyguard.scan.shared_texts import SharedTexts

        shared = self._shared = self._shared or SharedTexts()
        found: list[Results | None] = [None] * len(batches)
        limiter = Limiter(enabled=not self._is_change)

        def work(index: int) -> bytes:
            return shared.answer(self._inspect(batches[index], Results()))

        def take(index: int, answer: bytes) -> None:
            found[index] = tally = shared.take(answer)
            self._kept.append(tally)
            self._tell(len(batches[index]), tally.sightings)
            limiter.apply([one for one in found if one])

        self._inspector.prepare()
        workers.fork_map(work, len(batches), jobs, take, meanwhile)
        return found

    def _inspect(self, files: Sequence[_Numbered], tally: Results, *, watched: bool = False) -> Results:
        told, limiter = 0, Limiter(enabled=not self._is_change)
        try:
            for at in range(0, len(files), _BATCH):
                batch = files[at : at + _BATCH]
                self._inspect_batch(batch, tally)
                if watched:
                    self._tell(len(batch), tally.sightings[told:])
                limiter.apply([tally])
                told = len(tally.sightings)
        finally:
            for reader in self._readers.values():
                reader.close()
            self._readers.clear()
        return tally

    def _tell(self, done: int, sightings: Iterable[Sighting]) -> None:
        if self._progress:
            self._progress.advance(done, (one.fingerprint for one in sightings))

    def _inspect_batch(self, files: Iterable[_Numbered], tally: Results) -> None:
        """Inspect a batch; small files are searched together."""
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

    def _inspect_heap(self, heap: list[_Numbered], texts: list[bytes], tally: Results) -> None:
        """Inspect small files together: mostly none, or one or two of them, need a closer look."""
        try:
            suspects: Mapping[int, Hits | None] = self._inspector.suspects(texts, [file.path for _, file in heap])
        except Exception:  # noqa: BLE001 - inspecting each file shows which is at fault
            suspects = dict.fromkeys(range(len(texts)))
        tally.read += len(texts) - len(suspects)
        tally.size += sum(map(len, texts)) - sum(len(texts[at]) for at in suspects)
        for at, hits in suspects.items():
            self._inspect_file(*heap[at], tally, texts[at], hits)
        if self._shared:
            self._shared.keep(heap, texts, tally.sightings)

    def _inspect_file(
        self, index: int, file: TreeFile, tally: Results, text: bytes | None = None, hits: Hits | None = None
    ) -> None:
        """Inspect one file; ``text`` is its content, if it has been read already, ``hits`` what was found in that."""
        reader = self._reader(index)
        try:
            opened = reader.read(file.path) if text is None else Opened(text, None, len(text))
            if isinstance(opened, Skipped):
                tally.skipped.append(opened)
            else:
                self._note(Blob(path=reader.display(file.path), where=Where.TREE), opened, tally, hits)
        except Absent:
            tally.absent.append((index, file.path))
        except Exception as error:  # noqa: BLE001 - an internal error loses one file only, as a dead worker does
            tally.skipped.append(self._crashed(index, file, f"{type(error).__name__} while it was inspected"))
        reader.release()

    def _crashed(self, index: int, file: TreeFile, detail: str) -> Skipped:
        return Skipped(path=self._listing.folders[index].display(file.path), reason="crashed", detail=detail)

    def _note(self, blob: Blob, opened: Opened, tally: Results, hits: Hits | None = None) -> None:
        if opened.data is not None:
            tally.add_text(seen := self._inspector.inspect(blob, opened.data, hits=hits))
            tally.count_read(blob.path, seen.unread)
        elif opened.read is not None:
            guarded = GuardedReader(opened.read)
            if opened.size <= PIECE:
                seen = self._inspector.inspect(blob, b"".join(iter(guarded.read, b"")))
            else:
                seen = self._inspector.inspect_stream(blob, guarded.read)
            tally.add_text(seen)
            tally.count_streamed(blob.path, guarded, seen.unread)

    def _reader(self, index: int) -> Reader:
        found, folder = self._readers.get(index), self._listing.folders[index]
        if found is None:
            found = self._readers[index] = Reader(folder.root, folder.shown, self._max_size)
        return found

    # --- objects ------------------------------------------------------------------------------------------------

    def _absent(self, tally: Results) -> list[Stored]:
        """Return the blobs in git for listed files that are absent; the others are recorded as vanished."""
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

    def _inspect_stored(self, stored: Stored, tally: Results) -> None:
        done, problem = 0, "git gave no answer"
        try:
            for content in contents_of(stored):
                self._inspect_content(stored.blobs[done], content, tally)
                done += 1
        except GitError as error:
            problem = str(error)
        tally.skipped += [Skipped(path=blob.path, reason="unreadable", detail=problem) for blob in stored.blobs[done:]]

    def _inspect_content(self, blob: Blob, content: BlobContent, tally: Results) -> None:
        if content.problem:
            detail = f"object {content.oid}: {content.problem}"
            tally.skipped.append(Skipped(path=blob.path, reason="unreadable", detail=detail))
        elif self._max_size is not None and content.size > self._max_size:
            detail = f"{content.size} bytes, more than --max-size"
            tally.skipped.append(Skipped(path=blob.path, reason="too-large", detail=detail, gap=False))
        else:
            self._note(blob, Opened(None, content.read, content.size), tally)

    def _forget_old(self, tally: Results) -> None:
        """Remove keys that the change did not add: they were in the version that a blob replaces."""
        seen = {(one.occurrence.file, one.occurrence.where) for one in tally.sightings}
        before = Results()
        for repository, blobs in self._changed():
            replaced = [blob for blob in blobs if (blob.path, blob.where) in seen]
            if replaced and repository:
                self._inspect_stored(Stored(repository, [blob._replace(oid=blob.old) for blob in replaced]), before)
        tally.remove_old(before.sightings)
        for stored in self._listing.stored:
            if tally.sightings and stored.previous:
                elsewhere = Results()
                blobs = [Blob(b"", Where.INDEX, oid) for oid in stored.previous()]
                self._inspect_stored(Stored(stored.repository, blobs), elsewhere)
                tally.remove_moved(elsewhere.sightings)

    def _changed(self) -> Iterator[tuple[Repository | None, list[Blob]]]:
        yield from ((stored.repository, [blob for blob in stored.blobs if blob.old]) for stored in self._listing.stored)
        for folder in self._listing.folders:
            files = [file for file in folder.files if file.old]
            yield folder.repository, [Blob(folder.display(file.path), Where.TREE, "", file.old) for file in files]
