"""A search for words in many files, which decides cheaply which of them are worth parsing."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from keyguard.engine import prefilter
from keyguard.engine.python_prefilter import PythonPrefilter
from keyguard.hygiene.project.project import Project
from keyguard.rules.anchor import Anchor


def files_with(project: Project, paths: Collection[bytes], words: Sequence[bytes]) -> list[bytes]:
    """Return the files that contain one of the words, sorted."""
    if not paths or not words:
        return []
    anchors = tuple(Anchor(word, nocase=False, tail=(), before=(0, 0)) for word in dict.fromkeys(words))
    make = prefilter.HyperscanPrefilter if prefilter.available() else PythonPrefilter
    fires = make(anchors).fires
    return [path for path in sorted(paths) if (content := project.read(path)) and fires(content)]
