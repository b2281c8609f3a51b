"""Values that a deployment is made with: Helm's values, Vagrantfiles, Chef's attributes, Omnibus GitLab.

Documented at https://helm.sh/docs/chart_template_guide/values_files/
"""

from __future__ import annotations

from collections.abc import Iterator

from keyguard.credential_files.judging import Field
from keyguard.credential_files.settings.secrets import Names, secrets_of
from keyguard.credential_files.syntax import literals, yaml
from keyguard.model.judged_secret import JudgedSecret

_NAMES = Names(
    Field("deployment-secret", "a password among the values of a deployment"),
    Field("deployment-secret", "a key among the values of a deployment"),
)


def find(data: bytes, path: bytes, named: bool) -> Iterator[JudgedSecret]:
    """Yield passwords and keys. See :data:`keyguard.credential_files.table.Finder`."""
    is_yaml = b".y" in path.rpartition(b"/")[2].lower()
    yield from secrets_of(yaml.entries(data) if is_yaml else literals.entries(data, literals.RUBY), (), _NAMES)
