"""Build the plan from rules: distinct patterns with their boundaries, and the anchors that lead to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from keyguard.decoding.anchor_forms import encoded_anchors
from keyguard.engine import detectors
from keyguard.engine.match_plan import AnchorUse, Form, Plan
from keyguard.joining.signs import signs
from keyguard.model.finding import Rule
from keyguard.rules import literals
from keyguard.rules.anchor import Anchor

#: not inside a longer word, but directly after what ends in letters or digits and is no word: escapes, percent codes,
#: an equals sign in an e-mail, the codes of a terminal's colours (with the escape before them, or spelled out), and the
#: length of a string in compiled code, which may be any byte (the matcher checks that it is the length)
_LEFT = (
    r"(?:(?<![A-Za-z0-9])(?<![A-Za-z0-9]_)|(?<=\\[abefnrtv0])|(?<=\\[0-7]{3})|(?<=\\x[0-9A-Fa-f]{2})"
    r"|(?<=\\u[0-9A-Fa-f]{4})|(?<=%[0-9A-Fa-f]{2})|(?<==3D)"
    r"|(?<=[\[;][0-9]m)|(?<=[\[;][0-9]{2}m)|(?<=;[0-9]{3}m)|(?<=\[m)|(?<=[\x00zZ\xda\xfa][A-Za-z0-9]))"
)
_RIGHT = r"(?![A-Za-z0-9])"
_STRICT = _RIGHT + r"(?![_-][A-Za-z0-9])"
#: nor inside base64
_ISOLATED = (r"(?:(?<![A-Za-z0-9+/_])|(?<=\\[nrt]))", _STRICT + r"(?![+/=])")
_BOUNDARIES = {"token": (_LEFT, _RIGHT), "strict": (_LEFT, _STRICT), "isolated": _ISOLATED}
_BOUNDARIES |= {"right": ("", _RIGHT), "none": ("", "")}


def build_plan(rules: Iterable[Rule]) -> Plan:
    """Return the plan for these rules, in their order; ``keyguard.rules.loader`` has validated them."""
    listed = tuple(rules)
    users: dict[tuple[str, str], list[int]] = {}
    named: dict[tuple[str, str], set[str]] = {}
    found_by = False
    for index, rule in enumerate(listed):
        if rule.detector:
            found_by = True
            continue
        users.setdefault((rule.pattern, rule.boundary), []).append(index)
        named.setdefault((rule.pattern, rule.boundary), set()).update(rule.literals)
    forms: list[Form] = []
    leads: dict[Anchor, list[AnchorUse]] = {}
    common: set[Anchor] = set()
    for (pattern, boundary), indices in users.items():
        left, right = _BOUNDARIES[boundary]
        width = literals.max_width(pattern)
        for anchor in literals.anchors(pattern) or _named(named[pattern, boundary], width):
            place = msgspec.structs.replace(anchor, before=(0, 0))
            leads.setdefault(place, []).append(AnchorUse(form=len(forms), before=anchor.before))
            if not all(listed[index].rare for index in indices):
                common.add(place)
        forms.append(Form(left=left, pattern=f"(?:{pattern}){right}", rules=tuple(indices), width=width))
    return Plan(
        forms=tuple(forms),
        anchors=tuple(leads),
        leads=tuple(map(tuple, leads.values())),
        expressions=detectors.expressions() if found_by else (),
        encoded=encoded_anchors(leads, leads.keys() - common),
        signs=signs(_beginnings(leads)),
    )


def _beginnings(leads: Mapping[Anchor, Iterable[AnchorUse]]) -> Iterator[bytes]:
    """Yield the literals with which matches begin."""
    for anchor, uses in leads.items():
        if not anchor.nocase and any(one.before == (0, 0) for one in uses):
            yield anchor.literal


def _named(words: Iterable[str], width: int) -> list[Anchor]:
    """Return anchors for literals that a rule names itself: anywhere in the match."""
    return [Anchor(literal=word.lower().encode(), nocase=True, tail=(), before=(0, width)) for word in sorted(words)]
