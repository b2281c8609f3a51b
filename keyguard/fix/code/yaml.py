"""YAML: a reference to a variable, in files whose reader replaces it: compose, Spring, GitHub workflows.

Only the value changes: parsed again, the document has the same events, except for that one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from keyguard.fix.code.edits import Refusal

if TYPE_CHECKING:
    from yaml import Event, ScalarEvent

_LOOK_UPS = {
    "yaml-compose": "${%s}",
    "yaml-spring": "${%s}",
    "yaml-workflow": "${{ secrets.%s }}",
}
#: where a workflow can read its secrets; ``*`` is any one key or index, and the last part includes all below it
_WORKFLOW = (
    ("env", "*"),
    ("jobs", "*", "env", "*"),
    ("jobs", "*", "secrets", "*"),
    ("jobs", "*", "container", "credentials", "*"),
    ("jobs", "*", "container", "env", "*"),
    ("jobs", "*", "services", "*", "credentials", "*"),
    ("jobs", "*", "services", "*", "env", "*"),
    ("jobs", "*", "steps", "*", "env", "*"),
    ("jobs", "*", "steps", "*", "run"),
    ("jobs", "*", "steps", "*", "with", "*"),
)


class Place(NamedTuple):
    """The keys and indices that lead to a scalar; the last one is its own name if it is a key."""

    path: tuple[str, ...]
    is_key: bool


def replace(content: bytes, span: tuple[int, int], variable: str, language: str) -> bytes:
    """Return the text with the reference. Raise ``Refusal`` if that cannot be done."""
    if language not in _LOOK_UPS:
        raise Refusal("nothing puts variables into a file of this kind")
    text, start, end = _decoded(content, span)
    secret, reference = text[start:end], _LOOK_UPS[language] % variable
    if "$" in secret:
        raise Refusal("the key is not written as it is: it has escapes, quotes, spaces or several lines")
    events = _events(text)
    index, place = _scalar(events, start, end)
    _refuse_place(place, language)
    if language == "yaml-workflow":
        _refuse_called(events)
    changed = text[:start] + reference + text[end:]
    expected = _expected(events[index], secret, reference)
    described = [_described(event) for event in events]
    described[index] = _described(events[index], expected)
    try:
        same = [_described(event) for event in _events(changed)] == described
    except Refusal:
        same = False
    if not same:
        raise Refusal("it could not be replaced without a change to something else")
    return content[: span[0]] + reference.encode() + content[span[1] :]


def _decoded(content: bytes, span: tuple[int, int]) -> tuple[str, int, int]:
    """Return the text, and the span in characters. Raise ``Refusal`` if it is not UTF-8."""
    try:
        start, end = (len(content[:at].decode()) for at in span)
        return content.decode(), start, end
    except UnicodeDecodeError:
        raise Refusal("the file is not written in UTF-8") from None


def _events(text: str) -> list[Event]:
    """Return the parser's events, in which nothing is expanded or constructed."""
    try:
        import yaml
    except ImportError:
        raise Refusal("to parse YAML takes more than is installed: install keyguard with its extra 'fix'") from None
    try:
        return list(yaml.parse(text, Loader=yaml.SafeLoader))
    except (yaml.YAMLError, ValueError):
        raise Refusal("the file does not parse as YAML") from None


def _scalar(events: list[Event], start: int, end: int) -> tuple[int, Place]:
    """Return the index of the event whose scalar contains the span, and its place."""
    for index, place in _scalars(events):
        begin, stop = events[index].start_mark, events[index].end_mark
        if begin is not None and stop is not None and begin.index <= start and end <= stop.index:
            return index, place
    raise Refusal("it stands in a comment: take it out by hand")


class _Level:
    """A mapping or a sequence that is being read."""

    def __init__(self, *, mapping: bool) -> None:
        self.mapping = mapping
        self.count = 0
        self.name = ""

    @property
    def at_key(self) -> bool:
        """Whether the next event is a key."""
        return self.mapping and self.count % 2 == 0

    def step(self, event: Any) -> None:
        """Record the event."""
        if self.mapping:
            self.name = getattr(event, "value", "") if self.at_key else self.name
        else:
            self.name = str(self.count)
        self.count += 1


def _scalars(events: list[Event]) -> Iterator[tuple[int, Place]]:
    import yaml

    levels: list[_Level] = []
    for index, event in enumerate(events):
        if isinstance(event, yaml.CollectionEndEvent):
            levels.pop()
        elif isinstance(event, yaml.NodeEvent):
            is_key = bool(levels) and levels[-1].at_key
            if levels:
                levels[-1].step(event)
            if isinstance(event, yaml.ScalarEvent):
                yield index, Place(tuple(level.name for level in levels), is_key)
            elif isinstance(event, yaml.CollectionStartEvent):
                levels.append(_Level(mapping=isinstance(event, yaml.MappingStartEvent)))


def _refuse_place(place: Place, language: str) -> None:
    if place.is_key:
        raise Refusal("it is a name there, and those are written down")
    if language == "yaml-workflow" and not any(_fits(place.path, pattern) for pattern in _WORKFLOW):
        raise Refusal("a workflow cannot read its secrets in that place")


def _refuse_called(events: list[Event]) -> None:
    """Raise ``Refusal`` for a reusable workflow: it has only the secrets that its callers pass, under its own names."""
    for index, place in _scalars(events):
        if place.path[:1] == ("on",) and getattr(events[index], "value", "") == "workflow_call":
            raise Refusal(
                "other workflows call this one: name the secret under on.workflow_call, and have them pass it"
            )


def _fits(path: tuple[str, ...], pattern: tuple[str, ...]) -> bool:
    return len(path) >= len(pattern) and all(want in ("*", have) for have, want in zip(path, pattern, strict=False))


def _expected(event: Any, secret: str, reference: str) -> str:
    """Return the value that the scalar must have afterwards."""
    scalar: ScalarEvent = event
    if scalar.value.count(secret) != 1:
        raise Refusal("it stands in the same text twice, or is not written as it is")
    return str(scalar.value).replace(secret, reference)


def _described(event: Any, value: str | None = None) -> tuple[Any, ...]:
    """Return everything in an event but its position."""
    names = ("anchor", "tag", "style", "flow_style", "version", "tags", "explicit")
    said = getattr(event, "value", None) if value is None else value
    implicit = getattr(event, "implicit", None)
    return (type(event).__name__, said, implicit, *(getattr(event, name, None) for name in names))
