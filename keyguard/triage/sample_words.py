"""Find words beside a key that call it a sample: in its statement, in a comment on its line, or in the one above it.

The words count only as whole words: not inside the key, in a host (``api.example.com``), a path or an address, and not
if they are negated (``not a sample``). Names count by their parts: that of the variable (``FAKE_KEY``), those of
functions that are called (``mock_client("...")``), and the head of the block around the key (``const dummies = {``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from keyguard.engine.page import Page
from keyguard.model.finding import Match
from keyguard.support.regex import expression

#: bytes on either side of a key, and bytes above its line, that are examined
REACH, ABOVE = 400, 1500
#: one of these stands in every text that calls a key a sample; compared in lower case
_HINTS = (b"dumm", b"fake", b"exampl", b"sampl", b"test vector", b"test-vector", b"real", b"placeholder", b"mock")
_WORDS = {
    **dict.fromkeys((b"dummy", b"dummies", b"fake", b"fakes", b"faked", b"placeholder", b"placeholders"), True),
    **dict.fromkeys((b"mock", b"mocks", b"mocked"), True),
    # common words in prose and names: they count where they are about the key
    **dict.fromkeys((b"example", b"examples", b"sample", b"samples"), False),
}
_TOKEN = expression(rb"[^\s\"`()\[\]{}<>,;|&=]{1,80}")
_EDGES = b"'.:!?*#/-~%"
_NEGATIONS = frozenset(
    b"not no non never neither nor without isnt aint arent wasnt dont doesnt cannot cant unlike except instead than "
    b"replace replaced replaces was were formerly former previously real actual genuine".split()
)
#: before ``example`` or ``sample``: the text refers to another place
_REFERRING = frozenset(b"for see cf e.g".split())
#: after ``sample``: a rate, an amount
_MEASURES = frozenset(b"rate rates size sizes ratio interval frequency period count".split())
_LOOK_BACK = 4
#: bytes before a key in which the name of its variable begins
_NAME_REACH = 200
_PART = expression(rb"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_CALLED = expression(rb"(?<![\w$.-])([A-Za-z_$][\w$.]{0,80})[ \t]?\(")
_NAMED = expression(rb"([A-Za-z_$][\w$.-]{0,80})[\"'\]]?[ \t]{0,20}(?:\?\?=|:=|=>|[:=])[^=:]{0,40}$")
_OPENING = expression(rb"(?:[{(\[:`]|\"\"\"|'''|[:=][ \t]*[|>][+-]?)[ \t]*$")
_BLOCK_OF_CODE = expression(
    rb"(?i)\b(?:function|class|def|func|fn|if|else|for|while|switch|try|catch|return|async)\b|\)[ \t]*\{"
)
_COMMENT = (b"#", b"//", b"/*", b"*", b"--", b"<!--", b"%", b'"""', b"'''", b"REM ", b"rem ")
_TRAILING = (b"#", b"//", b"/*", b"--", b"<!--")
_MOST_COMMENT_LINES = 4


class _Line(NamedTuple):
    """A line above the key, without its indent, and the width of that."""

    text: bytes
    indent: int


def sample_word(match: Match, page: Page) -> str:
    """Return what calls the key a sample, as a phrase: ``"fake" beside the key``; empty if nothing does."""
    data = page.data
    low, high = max(0, match.start - REACH), match.end + REACH
    near = data[max(0, low - ABOVE) : high].lower()
    if not any(hint in near for hint in _HINTS):
        return ""
    start, _ = page.line_span(match.start, REACH)
    _, end = page.line_span(match.end, REACH)
    before, after = data[start : match.start], data[match.end : end]
    statement = before[max(before.rfind(b";"), before.rfind(b"}")) + 1 :]
    said = _in_prose(statement + b" " + _own_part(after)) or _in_names(statement)
    if not said and start > match.start - REACH:
        said = _above(data[max(0, start - ABOVE) : start], before)
    if not said and not any(map(bytes.isalnum, before.split())):
        said = _in_prose(_own_part(b"}" + data[end : end + REACH].lstrip(b"\r\n").partition(b"\n")[0]))
    return f'"{said.decode()}" beside the key' if said else ""


def _own_part(after: bytes) -> bytes:
    """Return what follows the key in its statement, and the comment at the end of the line."""
    ends = [at for at in (after.find(b";"), after.find(b"}")) if at >= 0]
    if not ends:
        return after
    rest = after[min(ends) :].lstrip(b";}]),> \t\"'`")
    return after[: min(ends)] + b" " + (rest if rest.startswith(_TRAILING) else b"")


def _above(text: bytes, before: bytes) -> bytes:
    """Return the word in the comment above the key's line, or in the head of the block or statement around it."""
    lines = [_Line(line.strip(), len(line) - len(line.lstrip())) for line in text.splitlines()]
    comment, rest = _comment_at_end(lines)
    if said := _in_prose(comment):
        return said
    own = len(before) - len(before.lstrip())
    continued = not any(map(bytes.isalnum, before.split()))
    while rest and rest[-1].text and not _begins_statement(rest[-1], own, continued=continued):
        rest.pop()
    if not rest or not rest[-1].text or _BLOCK_OF_CODE.search(rest[-1].text):
        return b""
    head = rest.pop().text
    if not (_OPENING.search(head) or continued):
        return b""
    return _in_names(head, whole=True) or _in_prose(_comment_at_end(rest)[0])


def _begins_statement(line: _Line, own: int, *, continued: bool) -> bool:
    """Whether a line above a key that is indented by ``own`` begins its statement, or the block around it."""
    quoted = line.text.endswith((b'"""', b"'''", b"`"))
    return line.indent < own or quoted or (continued and line.text.endswith((b"=", b"(", b"\\")))


def _comment_at_end(lines: list[_Line]) -> tuple[bytes, list[_Line]]:
    """Return the comment that the lines end with, up to a few lines of it, and the lines before it."""
    first = len(lines)
    while first > 0 and len(lines) - first < _MOST_COMMENT_LINES and lines[first - 1].text.startswith(_COMMENT):
        first -= 1
    return b" ".join(line.text for line in lines[first:]), lines[:first]


# --- words ----------------------------------------------------------------------------------------------------------


def _in_prose(text: bytes) -> bytes:
    """Return the first word of a text that calls something a sample, and is not negated."""
    words = [*_prose_words(text.replace(b"\xe2\x80\x99", b"'"))]
    for at, word in enumerate(words):
        earlier = words[max(0, at - _LOOK_BACK) : at]
        negated = not _NEGATIONS.isdisjoint(earlier)
        behind = words[at + 1] if at + 1 < len(words) else b""
        if word == b"real" and any(one in (b"not", b"isnt", b"never", b"arent") for one in earlier[-2:]):
            return b"not real" if earlier[-1:] != [b"a"] else b"not a real"
        if negated:
            continue
        if word == b"test" and behind in (b"vector", b"vectors"):
            return b"test " + behind
        strong = _WORDS.get(word)
        if strong or (strong is False and not _is_elsewhere(earlier, behind)):
            return word
    return b""


def _is_elsewhere(earlier: list[bytes], behind: bytes) -> bool:
    """Whether ``example`` or ``sample`` refers to something else: ``see the example``, ``sample rate``."""
    return not _REFERRING.isdisjoint(earlier[-2:]) or behind in _MEASURES or behind[:1].isdigit()


def _prose_words(text: bytes) -> Iterator[bytes]:
    """Yield the whole words of a text in lower case; empty in place of hosts, paths, addresses and identifiers."""
    for found in _TOKEN.finditer(text):
        token = found.group()
        core = token.strip(_EDGES)
        single = token[:1] == b"/" and token[1:2] not in (b"/", b"*")
        if token.startswith(b"!") and not token.startswith(b"!-"):
            yield b"not"
        if single or b"://" in token or b"@" in core or b"/" in core:
            yield b""
            continue
        for part in core.split(b":"):
            for word in _without_hyphens(part):
                bare = word.replace(b"'", b"")
                yield bare.lower() if bare.isalpha() or bare.isdigit() or bare == b"e.g" else b""


def _without_hyphens(part: bytes) -> list[bytes]:
    """Return the words of ``dummy-key`` and ``non-dummy``; ``example-bucket`` is a name, and stays whole."""
    words = part.split(b"-")
    lowered = [word.lower() for word in words]
    return words if any(map(_WORDS.get, lowered)) or lowered[:1] in ([b"test"], [b"non"]) else [part]


def _in_names(text: bytes, *, whole: bool = False) -> bytes:
    """Return the part of a name that calls a value a sample: of the variable, or of a function that is called.

    In the name of a function only unambiguous words count. ``whole``: the text is the head of a block.
    """
    named = _NAMED.search(text, max(0, len(text) - _NAME_REACH))
    if named and (said := _in_name(named[1], strict=False)):
        return said
    if whole and not named and (bare := text.rstrip(b" \t:{[(\"'").split()):
        return _in_name(bare[-1], strict=False)
    for found in _CALLED.finditer(text):
        if said := _in_name(found[1], strict=True):
            return said
    return b""


def _in_name(name: bytes, *, strict: bool) -> bytes:
    parts: list[bytes] = [part.lower() for part in _PART.findall(name)]
    for at, part in enumerate(parts):
        if part in _WORDS and (_WORDS[part] or not strict) and _NEGATIONS.isdisjoint(parts[:at]):
            behind = parts[at + 1] if at + 1 < len(parts) else b""
            if behind not in _MEASURES and behind not in (b"com", b"org", b"net"):
                return part
    return b""
