"""``python -m keyguard``: the command, by way of the interpreter that has it installed.

``python -m`` puts the folder we are in first on ``sys.path``. That is often the one to be scanned, from which nothing
must ever be imported (not even ``__future__``, which is a file): so it goes, unless keyguard itself lies there.
"""

import sys


def without_here(path: list[str], package: str) -> list[str]:
    """``sys.path`` without what ``-m`` put first; ``package`` is the folder of keyguard."""
    home = package.rpartition("/")[0]
    return path if not path or path[0] == home or getattr(sys.flags, "safe_path", False) else path[1:]


if __name__ == "__main__":
    sys.path[:] = without_here(sys.path, __file__.replace("\\", "/").rpartition("/")[0])

    from keyguard.cli import command

    command()
