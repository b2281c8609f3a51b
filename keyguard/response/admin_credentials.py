"""Credentials that revoke other keys: each from where the user has said, for its own vendor only, never displayed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from keyguard.config.user_config import Reached
from keyguard.engine.compiled import Engine
from keyguard.masking.secret import Secret
from keyguard.support.errors import UsageError

#: asks the user at a terminal, without echo
Prompt = Callable[[str], str]


class Credentials:
    """The user's own credentials at vendors, besides the leaked keys."""

    def __init__(
        self, engine: Engine, reached: Mapping[str, Reached], environment: Mapping[str, str], prompt: Prompt | None
    ) -> None:
        """``prompt`` is None if nobody can type."""
        self._engine, self._reached = engine, reached
        self._environment, self._prompt = environment, prompt
        self._known: dict[str, Secret | None] = {}

    def origin_of(self, vendor: str) -> str:
        """Return where the credential for a vendor comes from, for people."""
        variable = self._variable(vendor)
        if not variable:
            return "asked for when it is needed, unless admin-variable in your configuration names where it is"
        return f"from ${variable}" + ("" if self._environment.get(variable) else ", which is not set")

    def of_vendor(self, vendor: str) -> Secret | None:
        """Return the credential for a vendor; None if there is none. Raise UsageError for an invalid one."""
        if vendor not in self._known:
            self._known[vendor] = self._found(vendor)
        return self._known[vendor]

    def _found(self, vendor: str) -> Secret | None:
        variable, name = self._variable(vendor), self._engine.ruleset.vendors[vendor].name
        value = self._environment.get(variable, "").strip() if variable else ""
        if not variable and self._prompt is not None:
            value = self._prompt(f"Credential that may revoke keys of {name} (it is not shown): ").strip()
        if not value:
            return None
        where = f"${variable}" if variable else "what was typed"
        if not value.isascii() or not value.isprintable() or " " in value:
            raise UsageError(f"{where} holds no credential: it has characters that none has")
        self._refuse_strangers(vendor, value, where)
        return Secret(value.encode("ascii"))

    def _refuse_strangers(self, vendor: str, value: str, where: str) -> None:
        """Raise UsageError for a key of another vendor, even if only the variable was mistaken."""
        reached = self._reached.get(vendor)
        if reached is not None and reached.revoke is not None:
            return  # it goes to a host that the user has configured
        ruleset = self._engine.ruleset
        found = self._engine.matcher.find(f"{value}\n".encode()).matches
        owners = {ruleset.rules[index].vendor for match in found for index in match.rules}
        if owners and vendor not in owners:
            other = ruleset.vendors[min(owners)].name
            raise UsageError(f"{where} looks like a key of {other}: it is not sent to {ruleset.vendors[vendor].name}")

    def _variable(self, vendor: str) -> str:
        reached = self._reached.get(vendor)
        return reached.admin_variable if reached is not None else ""
