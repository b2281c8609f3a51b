"""How well keyguard tells whose a key is: ``python -m tests.attribution.certainty_table``.

With ``-v`` it shows, too, what it misses.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from keyguard.model.finding import Certainty
from tests.attribution.house_styles import judge_text, styled_cases
from tests.attribution.labelled import NOBODY, Verdict, cases, judge

COLUMNS = ("cases", "certain", "likely", "undecided", "wrong likely", "wrong certain")


def verdicts(folder: Path) -> list[Verdict]:
    """What is said of each case, each in a project of its own below the folder."""
    return [judge(case, folder / case.id) for case in cases()]


def kind(verdict: Verdict) -> str:
    """The column that a verdict counts in."""
    if verdict.certainty in (None, Certainty.AMBIGUOUS):
        return "undecided"
    return verdict.certainty.value if verdict.right else f"wrong {verdict.certainty.value}"


def table(found: Sequence[Verdict]) -> str:
    """Lines of a table: a row a vendor, and one for what no person could tell."""
    counts = Counter((one.case.vendor, kind(one)) for one in found)
    totals = Counter(one.case.vendor for one in found)
    lines = ["{:<16}{:>7}{:>9}{:>8}{:>11}{:>14}{:>15}".format("a person says", *COLUMNS)]
    for vendor in sorted(totals, key=lambda name: (name == NOBODY, -totals[name], name)):
        row = [totals[vendor], *(counts[vendor, column] for column in COLUMNS[1:])]
        lines.append("{:<16}{:>7}{:>9}{:>8}{:>11}{:>14}{:>15}".format(vendor, *(one or "." for one in row)))
    return "\n".join([*lines, *_confusions(found), *_sums(found)])


def _confusions(found: Sequence[Verdict]) -> Iterator[str]:
    wrong = Counter((one.case.vendor, one.vendor) for one in found if kind(one).startswith("wrong"))
    for (said, taken), count in sorted(wrong.items()):
        yield f"{said} taken for {taken}: {count}"


def _sums(found: Sequence[Verdict]) -> Iterator[str]:
    decidable = [one for one in found if one.case.vendor != NOBODY]
    right = sum(one.right for one in decidable)
    certain = sum(kind(one) == "certain" for one in decidable)
    yield f"decided, of {len(decidable)} that a person could decide: {right} ({right / len(decidable):.1%})"
    yield f"certain, of these: {certain} ({certain / len(decidable):.1%})"


def main(arguments: Sequence[str]) -> int:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        found = verdicts(Path(folder))
    print(table(found))
    styled = [judge_text(case) for case in styled_cases()]
    print(f"\n{len(styled)} files in other styles, read alone\n{table(styled)}")
    found += styled
    if "-v" in arguments:
        for one in found:
            undecidable = one.case.vendor == NOBODY
            if undecidable != (kind(one) == "undecided"):
                print(f"\n{one.case.id} [{one.case.what}] {one.case.vendor}: {kind(one)} {one.vendor} {one.because}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
