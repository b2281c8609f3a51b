"""Which of some words stand in a text, maybe as parts of others: many words and many texts in a few milliseconds."""

from __future__ import annotations

from collections.abc import Callable, Collection

from keyguard.support.regex import expression

#: to compile more takes longer than to look through what a project has of code; and so many are looked for one by one
_MOST, _FEW = 2000, 30
_WORD = expression(rb"[A-Za-z_][A-Za-z0-9_]{2,60}")

Finder = Callable[[bytes], Collection[bytes]]


def finder(words: Collection[bytes], *, native: bool, nocase: bool = False) -> Finder:
    """What gives those of the words that stand in a text. With ``nocase``, words are in lower case and texts need not
    be. ``native`` says that Hyperscan may be used. Without it, more than a few words are found as whole names alone.
    """
    listed = sorted(words)
    if native and len(listed) <= _MOST:
        return _Native(listed, nocase=nocase)
    if len(listed) < _FEW or nocase:
        return lambda text: _found(listed, text.lower() if nocase else text)
    return lambda text: {*listed}.intersection(_WORD.findall(text))


def _found(words: list[bytes], text: bytes) -> list[bytes]:
    return [word for word in words if word in text]


class _Native:
    """All words in one automaton, which tells of each but once in a text."""

    def __init__(self, words: list[bytes], *, nocase: bool) -> None:
        import hyperscan

        self._words = words
        flags = hyperscan.HS_FLAG_SINGLEMATCH | (hyperscan.HS_FLAG_CASELESS if nocase else 0)
        self._database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        expressions = ["".join(f"\\x{byte:02x}" for byte in word) for word in words]
        if words:
            self._database.compile(expressions=expressions, ids=[*range(len(words))], flags=[flags] * len(words))
            self._scratch = hyperscan.Scratch(self._database)
        self._found: list[bytes] = []

    def __call__(self, text: bytes) -> list[bytes]:
        # anew each time: what ^C interrupts leaves some behind
        found = self._found = []
        if self._words:
            self._database.scan(text, match_event_handler=self._note, scratch=self._scratch)
        return found

    def _note(self, number: int, start: int, end: int, flags: int, context: object) -> None:
        self._found.append(self._words[number])
