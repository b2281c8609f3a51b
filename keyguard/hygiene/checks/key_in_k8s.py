"""``key-in-k8s``: secrets in Kubernetes manifests, in clear text or in base64, which is no encryption."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from keyguard.hygiene.checks.key_in_infrastructure import severity_of
from keyguard.hygiene.data import tables
from keyguard.hygiene.keys.kubernetes_secrets import API, KIND, Entry, manifests, secret_values
from keyguard.hygiene.keys.secret_keys import is_reported, key_title
from keyguard.hygiene.project import spots
from keyguard.hygiene.project.project import Project
from keyguard.hygiene.stages.detect import detect_stage
from keyguard.hygiene.stages.enclosing_blocks import yaml_document
from keyguard.hygiene.stages.stage import Stage
from keyguard.hygiene.stages.words import split_words
from keyguard.model.finding import Confidence, Severity, Sighting
from keyguard.model.violation import Violation
from keyguard.rules.placeholders import entropy, is_placeholder, is_spelled
from keyguard.support.sanitize import shown, shown_path

#: for a value that no rule knows: the minimum length, and the minimum entropy in bits per character
_SHORTEST, _LEAST = 12, 3.2


def key_in_k8s(project: Project) -> Iterator[Violation]:
    """Yield a violation for each key and manifest, and for each other value of a Secret that looks like a secret."""
    files, secrets = manifests(project)
    for path in sorted({*secrets, *(one for one in files if project.keys.get(one))}):
        yield from _in_clear(project, path)
        yield from _in_secrets(project, path)


CHECKS = (key_in_k8s,)


def _in_clear(project: Project, path: bytes) -> Iterator[Violation]:
    """Yield the keys that stand in clear text in a manifest, or in the values of a Helm chart."""
    content = project.read(path) or b""
    places: dict[str, list[tuple[Sighting, str]]] = {}
    for key in project.keys.get(path, ()):
        kind = _kind_at(content, project.offset(path, key))
        where = f"a {kind}" if kind else "the values of a chart" if _of_chart(project, path) else ""
        if where and is_reported(project, path, key):
            places.setdefault(key.fingerprint, []).append((key, where))
    for found in places.values():
        key, where = found[0]
        yield Violation(
            check="key-in-k8s",
            message=f"{key_title(project, key)} in {key.occurrence.way or 'clear'} in {where} in {shown_path(path)}",
            spots=tuple(spots.of_key(path, one.occurrence) for one, _ in found),
            severity=severity_of(key),
            key=key.fingerprint,
        )


def _kind_at(content: bytes, offset: int) -> str:
    """Return the kind of the manifest that contains an offset; empty if none does."""
    return _kind_of(content, *yaml_document(content, offset))


@lru_cache(maxsize=64)
def _kind_of(content: bytes, start: int, end: int) -> str:
    found = KIND.search(content, start, end)
    return found[1].decode() if found and API.search(content, start, end) else ""


def _of_chart(project: Project, path: bytes) -> bool:
    folder, _, name = path.rpartition(b"/")
    return name.startswith(b"values") and (folder + b"/Chart.yaml").lstrip(b"/") in project.files


def _in_secrets(project: Project, path: bytes) -> Iterator[Violation]:
    content = project.read(path) or b""
    for one in secret_values(project).get(path, ()):
        yield from (_encoded(project, path, key) for key in one.keys)
        if one.plain and _looks_secret(one.entry) and _is_real(path, content, one.entry):
            yield _other(project, path, one.entry)


def _encoded(project: Project, path: bytes, key: Sighting) -> Violation:
    return Violation(
        check="key-in-k8s",
        message=f"{key_title(project, key)} in base64 in a Secret in {shown_path(path)}",
        spots=(spots.of_key(path, key.occurrence),),
        because=("base64 is no encryption: everybody can read it",),
        severity=severity_of(key),
        key=key.fingerprint,
    )


def _looks_secret(entry: Entry) -> bool:
    """Return whether the name says that it is a secret, and the value looks random."""
    lists, words, value = tables.load("manifests"), split_words(entry.name), entry.value
    if not set(words).isdisjoint(lists["public"]) or set(words).isdisjoint(lists["secret"]):
        return False
    if len(value) < _SHORTEST or not value.isascii() or b" " in value or b"\n" in value.strip():
        return False
    mixed = any(48 <= byte < 58 for byte in value) and value.lower() != value.upper()
    return mixed and not (is_placeholder(value) or is_spelled(value)) and entropy(value) >= _LEAST


def _is_real(path: bytes, content: bytes, entry: Entry) -> bool:
    return detect_stage(path, content, entry.span[0]).stage not in (Stage.TEST, Stage.EXAMPLE, Stage.DEVELOPMENT)


def _other(project: Project, path: bytes, entry: Entry) -> Violation:
    how = "in base64" if entry.encoded else "in clear"
    return Violation(
        check="key-in-k8s",
        message=f"the value of {shown(entry.name)} {how} in a Secret in {shown_path(path)}",
        spots=(project.hidden_spot(path, *entry.span),),
        subject=entry.name,
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
    )
