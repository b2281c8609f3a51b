"""Passwords, tokens and keys that a name tells: assignments, pairs, arguments, elements and options in every syntax.

A candidate is read at the place that the prefilter found, gates and filters drop most of them, and the model decides
about the rest. See ``docs/generic-secrets.md``.
"""

from __future__ import annotations

from collections.abc import Iterator

from keyguard.generic.assignments.candidates import Candidate, read, read_line
from keyguard.generic.assignments.early_gates import is_hopeless
from keyguard.generic.assignments.features import name_traits
from keyguard.generic.assignments.gates import dropped, dropped_by_content, in_comment
from keyguard.generic.assignments.names import is_password
from keyguard.generic.assignments.reasons import is_random, reasons_for, weak_because
from keyguard.generic.assignments.scoring import confidence, is_possible, score, strongest
from keyguard.generic.assignments.verdict import Verdict
from keyguard.generic.assignments.weights import model
from keyguard.model.judged_secret import JudgedSecret
from keyguard.model.scales import Confidence
from keyguard.support.regex import expression

#: kind of name -> rule; the others are secrets
#: bytes beside a password in which the user's name stands, and how long that may be
_BESIDE, _LONGEST_USER = 200, 32
_USER = expression(rb"(?i:user|user_?name|login|uid)[\"']?[ \t]{0,3}[=:][ \t]{0,3}[\"']?")
_BEHIND = (b'"', b"'", b",", b";", b" ", b"\t", b"\n", b"\r", b"\v", b"\f")
_PASSWORD, _SECRET = "generic-password", "generic-secret"
#: what is found outside labelled data between the two thresholds is mostly none, so that no tier is made of it
DOUBTFUL = "doubtful: it scores below what fails a run"


def find(data: bytes, end: int, path: bytes) -> Iterator[JudgedSecret]:
    """Yield the secret whose value is closed at an offset. See :data:`~keyguard.generic.expressions.Finder`.

    Without a path it is what the gates leave over, since the model looks at the kind of file.
    """
    if is_hopeless(data, end, path):
        return
    candidate = read(data, end, path)
    if candidate is None:
        return
    if not path:
        if dropped_by_content(candidate) is None and is_possible(candidate):
            yield _secret(data, candidate, Confidence.MEDIUM)
    elif dropped(candidate) is None:
        sure = confidence(candidate)
        if sure is not None:
            yield _secret(data, candidate, sure)


def judge_line(data: bytes, line: int, path: bytes) -> list[Verdict]:
    """Return what was thought of each candidate of a line, counted from 1, in the order of their places."""
    start = 0
    for _ in range(line - 1):
        start = data.find(b"\n", start) + 1
        if not start:
            return []
    stop = data.find(b"\n", start)
    return [_verdict(data, one) for one in read_line(data, start, len(data) if stop < 0 else stop, path)]


def _secret(data: bytes, candidate: Candidate, sure: Confidence) -> JudgedSecret:
    weak = weak_because(candidate) or _named_like_its_user(data, candidate)
    if sure is Confidence.MEDIUM and not weak:
        weak = DOUBTFUL
    return JudgedSecret(
        candidate.start,
        candidate.end,
        _PASSWORD if name_traits(candidate.name)[1] == "password" else _SECRET,
        (*reasons_for(candidate), weak) if weak else reasons_for(candidate),
        confidence=sure,
        weak=bool(weak),
        comment=in_comment(candidate) or candidate.file.is_prose,
        guessable=not is_random(candidate.value),
    )


def _named_like_its_user(data: bytes, candidate: Candidate) -> str:
    """Return that a password is the name of the user beside it: ``POSTGRES_USER=shop``; empty if it is not."""
    value = data[candidate.start : candidate.end]
    if len(value) > _LONGEST_USER or not is_password(candidate.name):
        return ""
    around = data[max(0, candidate.start - _BESIDE) : candidate.end + _BESIDE]
    named = (one.end() for one in _USER.finditer(around) if around.startswith(value, one.end()))
    beside = any(around.startswith(_BEHIND, at + len(value)) for at in named)
    return "the password is the user's name" if beside else ""


def _verdict(data: bytes, candidate: Candidate) -> Verdict:
    """Return what gates, filters and the model say about a candidate."""
    gate = dropped(candidate)
    if gate is not None:
        step = f"gate {gate[0]}: {gate[1]}"
        return Verdict(candidate.start, candidate.end, candidate.name, (step,), "no secret")
    points, sure, found = score(candidate), confidence(candidate), model()
    kind = name_traits(candidate.name)[1]
    levels = (("high", found.high.get(kind)), ("medium", found.medium.get(kind)))
    needed = ", ".join(f"{name} from {least}" for name, least in levels if least is not None) or "never reported"
    weak = weak_because(candidate) or _named_like_its_user(data, candidate)
    steps = (
        f"score {points} for the name of a {kind} ({needed})",
        *(f"{'+' if weight > 0 else ''}{weight}: {phrase}" for weight, phrase in strongest(candidate)),
        "no gate and no filter drops it",
        *((f"weak: {weak}",) if weak else ()),
    )
    sort = "weak or sample" if weak else "doubtful" if sure is Confidence.MEDIUM else "secret"
    answer = "no secret" if sure is None else f"{sort}, confidence {sure.name.lower()}"
    return Verdict(candidate.start, candidate.end, candidate.name, steps, answer)
