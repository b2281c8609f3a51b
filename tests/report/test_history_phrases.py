"""How history reads: within ninety seconds, where a key is, since when, and what comes first."""

from __future__ import annotations

import msgspec
import pytest

from keyguard.model.finding import REACHES, Run, Skipped
from keyguard.report import Style
from keyguard.report.history_phrases import ref_names
from tests.report.samples import (
    BRINGING,
    CAME,
    LIVE,
    coverage,
    finding,
    historic,
    history,
    occurrence,
    past,
    remembered,
    rendered,
    run,
    shallow,
    snippet,
    suppressed,
)

SUMMARY = (
    "1 finding: 1 critical; working tree: 12 files, 41.2 MB, 214 rules; history: 81,966 commits, 161,216 blobs, "
    "9 tags, 5.5 GB, 812 refs, 14 unreachable objects\n"
)


def note(label: str, one: Run, style: Style | None = None) -> list[str]:
    """The lines of one note of the first finding, without their indentation."""
    lines = rendered("text", one, style).split("\n\n")[0].splitlines()
    start = next((at for at, line in enumerate(lines) if f"= {label}:" in line), len(lines))
    more = [line.strip() for line in lines[start + 1 :]]
    end = next((at for at, line in enumerate(more) if line.startswith("= ")), len(more))
    return [line.partition(f"= {label}:")[2].strip() for line in lines[start : start + 1]] + more[:end]


def test_a_key_that_was_deleted_reads_like_this() -> None:
    refs = ("refs/heads/release/1.x", "refs/remotes/origin/x", "refs/tags/v1.0", "refs/tags/v1.1")
    place = past(b"config/dev.env", 12, 20, refs=refs, snippet=snippet("SENDMAILOS_API_KEY="))
    assert rendered("text", historic(remembered(place))) == (
        f"""\
critical[sendmailos-key]: SendMailOS API key, live
  --> config/dev.env:12:20 in commit 4f2c1ab990
   |
12 | SENDMAILOS_API_KEY={LIVE}
   |                    ^^^^^^^^^^^^^^^^^^^^ live key
   |
   = where: gone from the files, but still in history since 2021-03-04, 1,727 days
            came 2021-03-04 with commit 4f2c1ab990, removed 2022-01-09 by commit 77aa001122
            now in the files of branch release/1.x, remote branch origin/x, tag v1.0 and 1 more
   = whose: SendMailOS, certain: the variable SENDMAILOS_API_KEY
   = why:   Whoever has it can send mail in your name and read all subscribers.
   = fix:   Revoke it first: existing clones keep it even if you rewrite history.
            Create a new key, deploy it, then delete this one.
            https://sendmailos.com/docs/authentication
   = id:    KG-7f3a9c  {LIVE}

"""
        + SUMMARY
    )


def test_a_key_that_is_still_there_says_since_when_and_its_version_is_no_other_place() -> None:
    places = (occurrence(), past(line=1, at_head=True, refs=("refs/heads/main",)), past(b"old.env", 7))
    one = historic(remembered(*places))
    assert note("where", one) == [
        "still in the files, and in history since 2021-03-04, 1,727 days",
        "came 2021-03-04 with commit 4f2c1ab990",
        "now in the files of branch main",
    ]
    assert note("also", one) == [
        "old.env:7:5 in commit 4f2c1ab990 of 2021-03-04, removed 2022-01-09 by commit 77aa001122"
    ]
    assert note("fix", one)[0] == (
        "Revoke it first: taking it out of the file leaves it in history, and in every clone."
    )


def test_how_it_came_is_told_of_the_earliest_place() -> None:
    first = past(b"b.env", commit="e" * 40, author_date=CAME, removed="")
    later = past(b"a.env", commit="d" * 40, author_date="2023-01-01T00:00:00Z", at_head=True)
    assert note("where", historic(remembered(occurrence(), later, first)))[1] == (
        "came 2021-03-04 with commit eeeeeeeeee"
    )


@pytest.mark.parametrize(
    ("reach", "said", "then"),
    [
        ("head", "gone from the files, but still in history since ", " even if you rewrite history."),
        (
            "branch",
            "not in the files here, but in the history of another branch, since ",
            " even if you rewrite history.",
        ),
        (
            "remote",
            "not in the files here, but in the history of a remote branch, since ",
            " even if you rewrite history.",
        ),
        (
            "tag",
            "not in the files here, but in history that a tag keeps, since ",
            " even if you rewrite history.",
        ),
        (
            "ref",
            "not in the files here, but in history that another ref keeps, since ",
            " even if you rewrite history.",
        ),
        ("stash", "only in a stash, since ", "Then drop the stash."),
        ("index", "only staged, not committed, since ", "Then take it out of the index."),
        ("worktree", "only in another working tree of this repository, since ", "out of that working tree."),
        ("reflog", "only in the reflog, since ", "once the reflog has expired and `git gc` has run."),
        ("dangling", "dangling: nothing leads to it any more, but git still holds it, since ", "`git gc --prune=now`."),
        ("", "not in the files that were read, but in history since ", " even if you rewrite history."),
    ],
)
def test_what_leads_to_a_key_is_said_and_revoking_comes_first(reach: str, said: str, then: str) -> None:
    one = historic(remembered(past(reach=reach)))
    assert note("where", one)[0] == f"{said}2021-03-04, 1,727 days"
    assert note("fix", one)[0].startswith("Revoke it first: ")
    assert note("fix", one)[0].endswith(then)


def test_every_reach_has_words_of_its_own() -> None:
    assert len({note("where", historic(remembered(past(reach=reach))))[0] for reach in REACHES}) == len(REACHES)


def test_a_key_in_a_commit_message_is_not_said_to_be_in_a_file() -> None:
    place = past(b"commit:" + BRINGING.encode(), 7, 21, kind="commit", oid=BRINGING, removed="")
    one = historic(remembered(place))
    assert note("where", one) == [
        "not in a file, but in the message or author of a commit, since 2021-03-04, 1,727 days"
    ]
    assert f" --> commit:{BRINGING}:7:21\n" in rendered("text", one)
    lost = past(b"commit:x", kind="commit", reach="reflog")
    assert ", but in the message or author of a commit, only in the reflog, since " in rendered(
        "text", historic(remembered(lost))
    )


def test_a_key_in_a_tag_message_names_the_tag() -> None:
    place = past(b"tag:" + b"a" * 40, kind="tag", commit="", author_date="", reach="tag", refs=("refs/tags/v1",))
    assert note("where", historic(finding(occurrences=(place,)))) == [
        "not in a file, but in the message or author of a tag",
        "now at tag v1",
    ]


def test_a_key_in_a_file_name_says_so() -> None:
    one = historic(remembered(past(b"keys/********.pem", kind="name")))
    assert note("where", one)[0].startswith("in the name of a file: gone from the files, but still in history since ")


def test_a_key_in_a_file_of_gits_own_is_not_history() -> None:
    place = past(b".git/config", kind="file", reach="", commit="", author_date="", removed="")
    one = historic(finding(occurrences=(place,)))
    assert note("where", one) == ["in a file of git's own, here only: no clone gets it"]
    assert note("fix", one)[0] == "Create a new key, deploy it, then delete this one."


def test_what_is_only_staged_is_not_called_committed() -> None:
    staged = past(commit="", author_date="", reach="index")
    one = historic(finding(occurrences=(occurrence(), staged)))
    assert note("where", one) == ["in the files and staged, but not committed"]
    assert note("fix", one)[0] == "Create a new key, deploy it, then delete this one."
    assert note("also", one) == []


def test_a_key_that_was_never_committed_says_so_only_if_all_was_read() -> None:
    there = finding()
    assert note("where", historic(there)) == ["in the files, but not in history"]
    assert note("where", run(there)) == []
    assert note("where", shallow(there)) == []
    assert note("where", historic(there, coverage=coverage(history=history(range="a..b")))) == []
    kept = msgspec.structs.replace(suppressed(), fingerprint=there.fingerprint, occurrence=past())
    assert note("where", historic(there, suppressed=(kept,))) == []


def test_without_a_clock_or_a_date_nothing_is_made_up() -> None:
    assert note("where", historic(remembered(past()), now=None))[0].endswith("in history since 2021-03-04")
    undated = past(author_date="", removed_date="")
    assert note("where", historic(remembered(undated, first_seen="")))[:2] == [
        "gone from the files, but still in history",
        "came with commit 4f2c1ab990, removed by commit 77aa001122",
    ]


def test_who_brought_it_is_said_where_that_is_known() -> None:
    assert note("where", historic(remembered(past(author="A. N. Author"))))[1].startswith(
        "came 2021-03-04 with commit 4f2c1ab990 by A. N. Author, removed "
    )


def test_of_five_hundred_places_the_nearest_five_are_listed_and_the_rest_counted() -> None:
    places = tuple(past(f"{number}.env".encode(), reach="stash") for number in range(500))
    also = note("also", historic(remembered(occurrence(), *places)))
    assert also[0] == "0.env:3:5 in commit 4f2c1ab990 of 2021-03-04, only in a stash"
    assert len(also) == 6
    assert also[-1] == "and 495 more places"


def test_other_places_say_what_became_of_them() -> None:
    places = (
        past(b"a", removed="", refs=("refs/heads/x", "refs/notes/y", "refs/stash", "refs/odd/z")),
        past(b"b", at_head=True, refs=("HEAD",)),
    )
    assert note("also", historic(remembered(past(), *places))) == [
        "a:3:5 in commit 4f2c1ab990 of 2021-03-04, in the files of branch x, notes y, the stash and 1 more",
        "b:3:5 in commit 4f2c1ab990 of 2021-03-04, still at HEAD",
    ]


def test_advice_is_repeated_only_where_it_differs() -> None:
    first, second = remembered(past()), remembered(past(b"b"), id="KG-2", fingerprint="2" * 32)
    third = remembered(past(b"c", reach="stash"), id="KG-3", fingerprint="3" * 32)
    text = rendered("text", historic(first, second, third))
    assert text.count("Revoke it first: existing clones") == 1
    assert text.count("Then drop the stash.") == 1
    assert text.count("= fix:   as for KG-7f3a9c above\n") == 1


def test_long_lines_about_history_are_wrapped() -> None:
    refs = tuple(f"refs/heads/{'long-' * 6}{number}" for number in range(3))
    where = note("where", historic(remembered(past(refs=refs))), Style(width=60))
    assert len(where) > 4
    assert max(map(len, where)) <= 60


# --- what was covered -----------------------------------------------------------------------------------------------


def summary(**changes: object) -> str:
    one = historic(coverage=coverage(history=history(**changes)))
    return rendered("text", one).splitlines()[-1].partition("; history")[2]


def test_the_summary_says_what_of_history_was_covered() -> None:
    assert rendered("text", historic(remembered(past()))).endswith(SUMMARY)
    assert summary(tags=0, unreachable=0, refs=1) == ": 81,966 commits, 161,216 blobs, 5.5 GB, 1 ref"
    assert summary(repositories=3).endswith(", 3 repositories")


def test_the_summary_says_what_was_not_covered() -> None:
    assert summary(missing=3, unreadable=1, partial=True).endswith(", 3 missing, 1 unreadable, partial clone")
    assert summary(shallow=True).endswith(", shallow clone")


def test_the_summary_says_which_range_was_asked_for() -> None:
    assert summary(range="main..topic").startswith(" (main..topic): 81,966 commits")


def test_a_scan_of_history_alone_speaks_of_no_files() -> None:
    bare = coverage(scope="history", listed=0, read=0, bytes=0, history=history(tags=0, unreachable=0))
    assert rendered("text", historic(coverage=bare)) == (
        "no keys found; history: 81,966 commits, 161,216 blobs, 5.5 GB, 812 refs, 214 rules\n"
    )


def test_a_shallow_clone_reads_like_this() -> None:
    assert rendered("text", shallow()) == (
        "incomplete: history: shallow clone, 1 commit of an unknown number\n"
        "  --> history: shallow clone: the history before 1 commit is not here: fetch-depth: 0, or --allow-incomplete\n"
        "\n"
        "no keys found in what was read; working tree: 12 files, 41.2 MB, 214 rules; "
        "history: 1 commit, 12 blobs, 48.2 kB, 1 ref, shallow clone\n"
    )


def gap(reason: str, path: bytes = b"object:" + b"a" * 40, detail: str = "") -> Skipped:
    return Skipped(path=path, reason=reason, detail=detail)


def test_the_head_of_a_remote_is_no_branch_of_its_own() -> None:
    refs = ("refs/heads/main", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
    assert ref_names(refs) == "branch main, remote branch origin/main"
    assert ref_names(refs[1:2]) == "remote branch origin/HEAD"


def test_gaps_of_files_and_of_history_are_counted_apart() -> None:
    gaps = (gap("unreadable", b"secret.bin"), gap("missing"), gap("corrupt", b"object:b"))
    one = historic(skipped=gaps, coverage=coverage(read=11, skipped=1, complete=False, history=history()))
    assert rendered("text", one).splitlines()[:3] == [
        "incomplete: 1 of 12 files was not read; 2 of 406,066 objects of history were not read",
        "  --> secret.bin: unreadable",
        f"  --> object:{'a' * 40}: missing (something names it, and no store holds it)",
    ]
    assert "git fetch --refetch gets missing or corrupt objects again" in rendered("text", one)
    only_files = run(skipped=(gap("unreadable", b"secret.bin"),), coverage=coverage(read=11, skipped=1, complete=False))
    assert "--refetch" not in rendered("text", only_files)


@pytest.mark.parametrize(
    ("reason", "head", "line"),
    [
        (
            "partial",
            "history: partial clone, without the objects that were filtered out",
            "partial clone: clone without",
        ),
        ("too-deep", "history was not read whole", "too-deep (nested beyond any use)"),
        ("unreadable", "history was not read whole", "unreadable"),
    ],
)
def test_a_gap_of_history_as_a_whole_is_said_in_words(reason: str, head: str, line: str) -> None:
    lines = rendered("text", shallow(skipped=(gap(reason, b"history"),))).splitlines()
    assert lines[0] == f"incomplete: {head}"
    assert lines[1].startswith(f"  --> history: {line}")


def test_one_object_of_a_history_that_could_not_be_counted() -> None:
    one = run(skipped=(gap("missing"),), coverage=coverage(complete=False))
    assert rendered("text", one).startswith("incomplete: 1 object of history was not read\n")


def test_a_file_called_history_is_a_file() -> None:
    one = run(skipped=(gap("vanished", b"history"),), coverage=coverage(complete=False))
    assert rendered("text", one).startswith("incomplete: 1 of 12 files was not read\n  --> history: vanished\n")
