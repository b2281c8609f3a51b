"""The rules in a SARIF log: texts within GitHub's limits, and the mapping from severities to levels and scores."""

from __future__ import annotations

from urllib.parse import quote

from keyguard.model.finding import Confidence, Finding, Severity
from keyguard.report.json_objects import Object
from keyguard.report.phrases import prose, steps
from keyguard.support.regex import expression

LEVEL = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}
#: GitHub: above 9.0 is critical, from 7.0 high, from 4.0 medium, from 0.1 low
_SCORE = {
    Severity.CRITICAL: "9.8",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "2.0",
    Severity.INFO: "0.1",
}
_TAG = {"key": "secret", "hygiene": "key-hygiene"}
_PRECISION = {Confidence.HIGH: "very-high", Confidence.MEDIUM: "high", Confidence.LOW: "medium"}
_PLACEHOLDER = expression(r"\{(\d+)\}")
_LONGEST = 1024
_LONGEST_NAME = 255


def build_rule(finding: Finding, worst: Severity) -> Object:
    """Return the rule of a finding, scored by its ``worst`` finding in the report, as GitHub shows it on each alert."""
    title = prose(finding.title) or finding.rule
    rule: Object = {
        "id": finding.rule,
        "name": _name(finding.rule),
        "shortDescription": {"text": _limited(_sentence(title))},
        "fullDescription": {"text": _limited(_sentence(prose(finding.description) or title))},
        "help": {"text": _help(finding), "markdown": _help(finding, markdown=True)},
        "defaultConfiguration": {"level": LEVEL[worst]},
        "properties": {
            "tags": list(dict.fromkeys(filter(None, ("security", _TAG[finding.kind], finding.vendor)))),
            "precision": _PRECISION[finding.confidence],
            "security-severity": _SCORE[worst],
        },
    }
    address = _address(finding.rotation) or next(filter(None, map(_address, finding.references)), "")
    if address:
        rule["helpUri"] = address
    return rule


def plain(text: str) -> str:
    """Return a message without anything that SARIF reads as a link ``[text](target)`` or as a placeholder ``{0}``."""
    return _PLACEHOLDER.sub(r"{{\1}}", text.replace("](", "] ("))


def _help(finding: Finding, *, markdown: bool = False) -> str:
    strong = "**" if markdown else ""
    lines = [prose(finding.description) or prose(finding.title) or finding.rule]
    if finding.remedy:
        lines.append(f"{strong}What to do:{strong}")
        lines.append("\n".join(steps(finding.remedy)))
    if finding.rotation:
        lines.append(f"{strong}Rotate it:{strong} {_linked(finding.rotation, markdown)}")
    if finding.references:
        links = ", ".join(_linked(reference, markdown) for reference in finding.references)
        lines.append(f"{strong}See also:{strong} {links}")
    return "\n\n".join(lines)


def _linked(url: str, markdown: bool) -> str:
    address = _address(url)
    return f"<{address}>" if markdown and address else prose(url)


def _address(url: str) -> str:
    """Return the address as a URI; empty if it is no web address."""
    if not url.startswith(("https://", "http://")):
        return ""
    return quote(url.encode("utf-8", "replace"), safe=":/?#[]@!$&'()*+,;=%-._~")


def _name(rule: str) -> str:
    return "".join(word.capitalize() for word in rule.split("-"))[:_LONGEST_NAME]


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else text + "."


def _limited(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "\N{HORIZONTAL ELLIPSIS}"
