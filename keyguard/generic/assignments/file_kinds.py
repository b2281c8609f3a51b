"""What the path of a file says about what is in it: its language, and whether its texts are anybody's secrets."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from keyguard.support.regex import expression

#: extensions of languages in which a literal has quotes, so that a bare word is a variable
_CODE_LIST = """
py js ts jsx tsx mjs cjs java kt kts scala go rs rb php cs c cc cpp cxx h hpp hh m mm swift dart lua ex exs erl hrl hs
clj cljs groovy gradle vue svelte coffee pl pm r vb vbs fs fsx ml nim zig jl pas sol proto graphql sql tf hcl bicep cr d
elm rake gemspec jsp asp aspx cshtml razor erb ejs haml slim html htm xhtml twig
"""
_PROSE_LIST = "md mdx markdown rst adoc asciidoc textile rdoc pod org"
_TEMPLATE_LIST = "example sample dist template tmpl tpl j2 jinja eex default in orig bak old"
_CODE, _PROSE, _TEMPLATE_ENDINGS = (frozenset(one.split()) for one in (_CODE_LIST, _PROSE_LIST, _TEMPLATE_LIST))
#: of lock files, style sheets, catalogues of translations, tables, certificates, dictionaries and generated files
_NO_TEXT_LIST = """
lock map svg css scss less styl snap po pot xlf xliff strings csv tsv xib xaml pbxproj resx arb pem crt dic aff bib tex
sum storyboard
"""
_NO_TEXT = frozenset(_NO_TEXT_LIST.split())
_NO_TEXT_NAMES = ("-lock", "lock.json", "lock.yml", "lock.yaml", ".min.js", ".d.ts", "packages.config")
_CHECKSUMS = expression(r"(?:.*checksums?\.\w+|.*\.sha\d+)", re.DOTALL)
_TRANSLATIONS = r"(?:i18n|l10n|locales?|locali[sz]ations?|lang(?:uage)?s?|translations?|messages)"
_TRANSLATION = expression(
    _TRANSLATIONS + r"[._-]|.*\.ftl\Z|(?-i:[a-z]{2}[-_][A-Z]{2}\.\w{2,5}\Z)", re.IGNORECASE | re.DOTALL
)
_TRANSLATION_FOLDER = expression(rf"(?:^|/){_TRANSLATIONS}[/._-]", re.IGNORECASE)


class FileKind(NamedTuple):
    """What the path of a file says."""

    extension: str
    """In lower case; ``env`` and ``docker`` for such files whatever their ending; empty if there is none."""
    is_code: bool
    """Whether it is in a language whose literals have quotes."""
    is_skipped: bool
    """Whether it is a lock file, a style sheet, a catalogue of translations, or minified."""
    is_translation: bool
    """Whether it seems to hold texts for users in one language."""
    is_prose: bool
    """Whether it is a document for people."""


UNKNOWN = FileKind("", is_code=False, is_skipped=False, is_translation=False, is_prose=False)


@lru_cache(4096)
def file_kind(path: bytes) -> FileKind:
    """Return what a path says; :data:`UNKNOWN` for an empty one."""
    folder, slash, name = path.decode("utf-8", "replace").rpartition("/")
    lowered = name.lower()
    extension = _extension(lowered)
    return FileKind(
        extension,
        extension in _CODE,
        _has_no_text(lowered),
        _TRANSLATION.match(name) is not None or _is_of_translations(folder + slash),
        extension in _PROSE,
    )


def _has_no_text(name: str) -> bool:
    root, dot, ending = name.rpartition(".")
    if (dot and ending in _NO_TEXT) or name.endswith(_NO_TEXT_NAMES):
        return True
    return ("checksum" in root or ending[:3] == "sha") and _CHECKSUMS.fullmatch(name) is not None


@lru_cache(4096)
def _is_of_translations(folder: str) -> bool:
    return _TRANSLATION_FOLDER.search(folder) is not None


def _extension(name: str) -> str:
    if name.startswith(".env") or ".env." in name or name.endswith(".env"):
        return "env"
    if name.startswith(("dockerfile", "containerfile")):
        return "docker"
    root, dot, extension = name.rpartition(".")
    if extension in _TEMPLATE_ENDINGS and "." in root:
        extension = root.rpartition(".")[2]
    return extension if dot else ""
