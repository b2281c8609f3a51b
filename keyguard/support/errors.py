"""Everything keyguard raises on purpose, caught once, in ``keyguard.cli``.

KeyguardError           root: the message says what, where, and what to try
  UsageError            the call makes no sense (unknown id, missing path)
  ConfigError           a configuration file is wrong
  RuleError             a rule pack is wrong: file, line, rule, key
    TooDeepError        or any TOML file is nested without end
  GitError              git is missing, or did not answer as it should
  OutputError           a report could not be written whole
"""

from __future__ import annotations


class KeyguardError(Exception):
    """Root of all errors that are meant to be read by a person; exit code 2."""


class UsageError(KeyguardError):
    """The command line asks for something that cannot be."""


class ConfigError(KeyguardError):
    """A configuration file cannot be read or says something unknown."""


class RuleError(KeyguardError):
    """A rule pack cannot be read, or one of its rules is not usable."""


class TooDeepError(RuleError):
    """A TOML file is nested deeper than people write, so that it is not parsed."""


class GitError(KeyguardError):
    """Git is missing, too old, or failed on this repository."""


class OutputError(KeyguardError):
    """A report could not be written whole; nothing half-written is left."""
