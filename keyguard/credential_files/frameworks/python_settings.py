"""Settings that are Python: Django's ``settings.py``, Flask's ``config.py``, Superset, Airflow, Jupyter.

Django's are documented at https://docs.djangoproject.com/en/stable/ref/settings/
"""

from __future__ import annotations

from collections.abc import Iterator

from keyguard.credential_files.judging import Field
from keyguard.credential_files.settings.secrets import Names, Setting, secrets_of, weak
from keyguard.credential_files.syntax.literals import PYTHON, entries
from keyguard.credential_files.window import window
from keyguard.model.judged_secret import JudgedSecret
from keyguard.support.regex import expression

_DJANGO = Field("application-signing-key", "Django's SECRET_KEY", guessable=False)
_FLASK = Field("application-signing-key", "the key that a Flask application signs sessions with")
_PASSWORD = Field("application-password", "a password in the settings of a Python application")
_SECRET = Field("application-secret", "a key in the settings of a Python application")

_DATABASE = Setting(("databases", "*", "password"), Field("database-password", "the password of a Django database"))
_NAMES = Names(_PASSWORD, _SECRET)
_IS_DJANGO = expression(rb"\bINSTALLED_APPS\b|\bMIDDLEWARE\b|\bdjango\b|\bROOT_URLCONF\b")
_INSECURE = b"django-insecure-"
_SIGN = expression(_INSECURE)


def find(data: bytes, path: bytes, named: bool) -> Iterator[JudgedSecret]:
    """Yield passwords and keys. See :data:`keyguard.credential_files.table.Finder`."""
    part = window(data, _SIGN, named)
    yield from part.placed(_secrets(part.data)) if part else ()


def _secrets(data: bytes) -> Iterator[JudgedSecret]:
    field = _DJANGO if _IS_DJANGO.search(data) else _FLASK
    settings = (
        Setting(("secret_key",), field, chosen=True),
        Setting(("secret_key_fallbacks", "*"), field, chosen=True),
        _DATABASE,
    )
    for found in secrets_of(entries(data, PYTHON), settings, _NAMES):
        insecure = data.startswith(_INSECURE, found.start)
        yield weak(found, "Django's own prefix for keys of development") if insecure else found
