"""Configure git's network access: by the user's own settings, and never by those of the repository.

Of the user's and the machine's git configuration, only the settings count that identify the user and the servers that
are trusted. ``insteadOf`` does not: the URL that is contacted is the one that the user confirmed.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping

from keyguard.git.process.isolated_git import is_inside
from keyguard.response.purging.clone import Clone
from keyguard.support.errors import GitError

_TAKEN = re.compile(
    r"credential\..+|core\.(?:sshcommand|askpass)|ssh\.variant"
    r"|http\.(?:.+\.)?(?:proxy|proxyauthmethod|ssl(?:cainfo|capath|cert|key|backend|certpasswordprotected))",
    re.DOTALL,
)
_ALWAYS = (("http.followRedirects", "false"), ("http.lowSpeedLimit", "1000"), ("http.lowSpeedTime", "120"))
#: the variables for agents and keyrings
_VARIABLES = ("SSH_AUTH_SOCK", "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "DISPLAY", "USER", "LOGNAME", "TERM")


def variables(clone: Clone, source: str, environment: Mapping[str, str], *, typing: bool) -> dict[str, str]:
    """Return the variables for a git that may use the network; ``typing`` allows it to ask for a password.

    ``source`` is the user's repository: no folder in it may be the home folder, or one of programs.
    """
    own = {"HOME": home(environment, source), **_paths(environment, source)}
    settings = [*_ALWAYS, *_settings(clone, own)]
    found = {name: environment[name] for name in _VARIABLES if name in environment} | own
    for number, (key, value) in enumerate(settings):
        found |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return found | {"GIT_CONFIG_COUNT": str(len(settings)), "GIT_TERMINAL_PROMPT": str(int(typing))}


def home(environment: Mapping[str, str], source: str) -> str:
    """Return the user's home folder: from the environment, or else the password database."""
    named = environment.get("HOME", "")
    if os.path.isabs(named) and not is_inside(os.path.realpath(named), os.path.realpath(source)):
        return named
    import pwd

    return pwd.getpwuid(os.geteuid()).pw_dir


def _paths(environment: Mapping[str, str], source: str) -> dict[str, str]:
    folders = [one for one in environment.get("PATH", "").split(os.pathsep) if _is_foreign(one, source)]
    found = {"PATH": os.pathsep.join(folders) or os.defpath}
    config = environment.get("XDG_CONFIG_HOME", "")
    return found | ({"XDG_CONFIG_HOME": config} if _is_foreign(config, source) else {})


def _is_foreign(path: str, source: str) -> bool:
    return os.path.isabs(path) and not is_inside(os.path.realpath(path), os.path.realpath(source))


def _settings(clone: Clone, own: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the settings that count, those of the machine first."""
    quiet = {"GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM"}
    environment = {name: value for name, value in clone.environment(own).items() if name not in quiet}
    found: list[tuple[str, str]] = []
    for level in ("--system", "--global"):
        command = [clone.git, "config", level, "--includes", "--list", "-z"]
        done = subprocess.run(
            command, cwd=clone.folder, env=environment | {"GIT_DIR": clone.path}, capture_output=True, check=False
        )
        if done.returncode not in (0, 1, 128):  # 128: there is no such file
            raise GitError(f"git config ended with {done.returncode}: the user's own configuration cannot be read")
        for record in done.stdout.decode("utf-8", "surrogateescape").split("\0"):
            key, _, value = record.partition("\n")
            if _TAKEN.fullmatch(key):
                found.append((key, value))
    return found
