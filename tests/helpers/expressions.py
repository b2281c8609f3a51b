"""The expressions of GitHub workflows, as far as the workflow that keyguard ships uses them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

Value = str | bool | None

_TOKEN = re.compile(r"\s*('[^']*'|&&|\|\||[!=]=|[!()]|[\w.-]+)")
#: functions by which a condition says whether the step runs after a failure
STATUS = ("always", "failure", "cancelled", "success")


def substituted(text: str, names: Mapping[str, Value]) -> str:
    """Return the text with the value of each ``${{ expression }}``; null is an empty string."""
    return re.sub(r"\$\{\{(.*?)\}\}", lambda found: _string(Expression(found[1], names, {}).value), text)


def asks_for_the_status(text: str) -> bool:
    """Whether a condition is evaluated even though a step before has failed."""
    return any(f"{name}(" in text for name in STATUS)


def _string(value: Value) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else str(value).lower()


class Expression:
    """One expression. ``names`` are dotted; one that is not there is null. ``functions`` take strings."""

    def __init__(self, text: str, names: Mapping[str, Value], functions: Mapping[str, Callable[..., Value]]) -> None:
        self._tokens = _TOKEN.findall(text)
        assert "".join(self._tokens) == re.sub(r"\s+(?=(?:[^']*'[^']*')*[^']*$)", "", text), f"not understood: {text}"
        self._names, self._functions = names, functions
        self.value = self._either()
        assert not self._tokens, f"left over of {text}: {self._tokens}"

    def _take(self, *wanted: str) -> str:
        return self._tokens.pop(0) if self._tokens and (self._tokens[0] in wanted or not wanted) else ""

    def _either(self) -> Value:
        found = self._both()
        while self._take("||"):
            other = self._both()
            found = found or other
        return found

    def _both(self) -> Value:
        found = self._compared()
        while self._take("&&"):
            other = self._compared()
            found = found and other
        return found

    def _compared(self) -> Value:
        found = self._one()
        sign = self._take("==", "!=")
        return (_string(found) == _string(self._one())) is (sign == "==") if sign else found

    def _one(self) -> Value:
        if self._take("!"):
            return not self._one()
        if self._take("("):
            found = self._either()
            assert self._take(")")
            return found
        token = self._take()
        if token.startswith("'"):
            return token[1:-1]
        if not self._take("("):
            return self._names.get(token)
        arguments = []
        while not self._take(")"):
            arguments.append(self._either())
        return self._functions[token](*arguments)
