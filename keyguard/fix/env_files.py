"""The environment file that receives a key: which one it is, whether it may, and under which variable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from keyguard.fix import hygiene, variable_names
from keyguard.fix.draft import Draft
from keyguard.fix.files import dotenv
from keyguard.fix.files.folder import PRIVATE, Blocked
from keyguard.fix.plan import Stage
from keyguard.model.finding import Finding, Rule
from keyguard.rules.loader import RuleSet

_NAME = b".env"
#: files that mark the folder of a program, whose environment file lies beside them
_MANIFESTS = (
    b"package.json",
    b"pyproject.toml",
    b"requirements.txt",
    b"setup.py",
    b"manage.py",
    b"Gemfile",
    b"composer.json",
    b"go.mod",
    b"pom.xml",
    b"build.gradle",
    b"build.gradle.kts",
)
#: secrets of a workflow must not begin like GitHub's own
_TAKEN, _INSTEAD = "GITHUB_", "GH_"


class EnvFiles:
    """The environment files of a site, as the plan fills them."""

    def __init__(self, draft: Draft, ruleset: RuleSet) -> None:
        self._draft, self._ruleset = draft, ruleset
        self._rules = ruleset.by_id()
        self._names: dict[str, str] = {}
        """Fingerprint -> the name that the key got first."""
        self._values: dict[bytes, dict[str, bytes]] = {}
        self._trouble: dict[bytes, str] = {}

    def home(self, path: bytes, language: str) -> bytes:
        """Return the environment file for code at a path: an existing one, else one beside the program's manifest."""
        site = self._draft.site
        folders = list(_upwards(path))
        if language == "yaml-compose":
            return folders[0] + _NAME
        repository = site.repository(path)
        top = site.base(repository) + b"/" if repository and site.base(repository) else b""
        within = [one for one in folders if one.startswith(top)]
        if language != "yaml-workflow":
            for names in ((_NAME,), _MANIFESTS):
                for folder in within:
                    if any(site.content(folder + name) is not None for name in names):
                        return folder + _NAME
        return top + _NAME

    def is_beside(self, path: bytes, names: Iterable[bytes]) -> bool:
        """Return whether a folder around the path contains a file of one of these names."""
        site = self._draft.site
        return any(site.content(folder + name) is not None for folder in _upwards(path) for name in names)

    def trouble(self, home: bytes) -> str:
        """Return why no key may be written there, with what to do about it; empty if it may."""
        if home not in self._trouble:
            self._trouble[home] = self._look(home)
        return self._trouble[home]

    def name(self, home: bytes, finding: Finding, secret: bytes, before: bytes, language: str) -> str:
        """Return the variable for a key: the one that has the value already, else one that is free."""
        values = self._known(home)
        same = [name for name, value in values.items() if value == secret and variable_names.usable(name)]
        wanted = same[0] if same else self._names.get(finding.fingerprint) or self._suggested(finding, before)
        if language == "yaml-workflow" and wanted.upper().startswith(_TAKEN):
            wanted = _INSTEAD + wanted[len(_TAKEN) :]
        choice = (wanted, *variable_names.alternatives(wanted, finding.environment))
        name = next(one for one in choice if values.get(one, secret) == secret)
        values[name] = secret
        self._names.setdefault(finding.fingerprint, name)
        return name

    def keep(self, home: bytes, name: str, secret: bytes) -> None:
        """Write the key into the file, once, and its name into the example. Raise ``Blocked`` if that is impossible."""
        if not (self._draft.site.verdicts([home])[home].ignored or self._draft.ignores(home)):
            hygiene.ignore(self._draft, [home])
        content = self._draft.content(home)
        if name not in dotenv.settings(content):
            try:
                content = dotenv.with_setting(content, name, secret)
            except ValueError as error:
                raise Blocked(str(error)) from None
            # who may read an existing file is a finding of its own
            mode = None if self._draft.exists(home) else PRIVATE
            self._draft.put(home, content, Stage.KEEP, f"keeps {name}", mode=mode, private=True, proof=home)
        hygiene.described(self._draft, home, [name])

    def _known(self, home: bytes) -> dict[str, bytes]:
        if home not in self._values:
            self._values[home] = dotenv.settings(self._draft.content(home))
        return self._values[home]

    def _suggested(self, finding: Finding, before: bytes) -> str:
        rule: Rule = self._rules[finding.rule]
        taken = {*self._names.values()}
        wanted = variable_names.suggested(before, rule, self._ruleset.vendor_of(rule))
        return next(
            name for name in (wanted, *variable_names.alternatives(wanted, finding.environment)) if name not in taken
        )

    def _look(self, home: bytes) -> str:
        site, name = self._draft.site, self._draft.site.name(home)
        try:
            self._draft.refuse(home)
        except Blocked as blocked:
            return f"{name}, where its value belongs: {blocked}"
        if site.repository(home) is None:
            return f"its value belongs into {name}, and there is no git repository that ignores that file"
        if site.tracked(home) and not self._draft.plans(Stage.UNTRACK, home):
            return f"its value belongs into {name}, which git tracks: git rm --cached {name}, and ignore it"
        return ""


def _upwards(path: bytes) -> Iterator[bytes]:
    """Yield the folders around a path, the nearest first, each with a trailing slash; the last one is empty."""
    folder = path[: path.rfind(b"/") + 1]
    while folder:
        yield folder
        folder = folder[: folder.rstrip(b"/").rfind(b"/") + 1]
    yield b""
