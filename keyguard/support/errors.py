"""The errors that keyguard raises on purpose. ``keyguard.cli`` catches them in one place.

KeyguardError           root: the message says what failed, where, and what to try
  UsageError            the call makes no sense (unknown id, missing path)
    UnknownRuleError    no rule and no check is called so
  ConfigError           a configuration file is invalid
  RuleError             a rule pack is invalid: file, line, rule, key
    TooDeepError        a TOML file is nested too deeply
  GitError              git is missing, or gave an unexpected answer
  OutputError           a report could not be written completely
"""

from __future__ import annotations


class KeyguardError(Exception):
    """Root of all errors whose message is for the user; exit code 2."""


class UsageError(KeyguardError):
    """The command line asks for something impossible."""


class UnknownRuleError(UsageError):
    """A name is neither that of a rule nor that of a check."""

    def __init__(self, name: str, hint: str) -> None:
        super().__init__(f"no rule is called {name!r}{hint}")
        self.name = name


class ConfigError(KeyguardError):
    """A configuration file cannot be read or contains an unknown setting."""


class RuleError(KeyguardError):
    """A rule pack cannot be read, or one of its rules is invalid."""


class TooDeepError(RuleError):
    """A TOML file is nested more deeply than people write, and is not parsed."""


class GitError(KeyguardError):
    """Git is missing, too old, or failed on this repository."""


class OutputError(KeyguardError):
    """A report could not be written completely; no partial file is left behind."""
