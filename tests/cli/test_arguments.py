"""What a person may get wrong on the command line: one line that says what, with a suggestion, and exit code 2."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from keyguard.cli import main
from keyguard.cli.arguments import build
from keyguard.cli.command_table import COMMANDS
from tests.helpers.calling import Keyguard, parts_of
from tests.helpers.checkout import leaking_line, made_up_key

pytest_plugins = ("tests.helpers.commandline",)

KEY = made_up_key(1)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("scna", "unknown command 'scna', did you mean 'scan'?"),
        ("frobnicate", "unknown command 'frobnicate': choose from scan, hook, "),
        (".", "unknown command '.', did you mean 'keyguard scan .'?"),
        ("--versoin", "the following arguments are required: COMMAND"),
        ("scan --exitzero", "unknown argument '--exitzero', did you mean '--exit-zero'?"),
        ("scan --exit", "unknown argument '--exit'"),
        ("scan --exclud=x", "unknown argument '--exclud', did you mean '--exclude'?"),
        ("scan -x", "unknown argument '-x'"),
        ("scan --staged --changes", "argument --changes: not allowed with argument --staged"),
        ("scan --jobs 0", "argument --jobs: '0' is not a number from 1 to 256"),
        ("scan --jobs ²", "argument --jobs: '²' is not a number from 1 to 256"),
        ("scan --color sometimes", "argument --color: invalid choice: 'sometimes'"),
        ("scan --max-size", "argument --max-size: expected one argument"),
        ("hook", "the following arguments are required: hook"),
        ("hook pre-comit", "argument hook: invalid choice: 'pre-comit'"),
        ("rules lst", "argument ACTION: invalid choice: 'lst'"),
        ("explain", "one of the arguments ID --why is required"),
        ("explain a b", "unknown argument 'b'"),
    ],
)
def test_a_wrong_word_is_named(words: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words.split()) == 2
    out, err = capsys.readouterr()
    first, second = err.splitlines()
    assert out == ""
    assert first.startswith(f"keyguard: error: {said}")
    assert second.startswith("Try: keyguard")
    assert second.endswith(" --help")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("scan --fail-on terrible", "'terrible' is not a severity: info, low, medium, high, critical"),
        ("scan --max-size huge", "'huge' is not a size: write 500k, 20M or a number of bytes"),
        ("scan --max-size -1", "'-1' is not a size"),
        ("scan --max-size 1e9", "'1e9' is not a size"),
        ("scan --max-size 9999999999999999", "'9999999999999999' is not a size"),
        ("scan --max-size 0", "--max-size 0 would leave out every file"),
        ("scan --max-size k", "'k' is not a size"),
        ("scan -f jason", "unknown format 'jason': did you mean 'json'?"),
        ("scan -f json=", "json=: no file name after '='"),
        ("scan -f json -f sarif", "json and sarif would both go to standard output"),
        ("scan --select sendmailos-kye", "no rule is called 'sendmailos-kye', did you mean 'sendmailos-key'?"),
        ("scan --ignore nonsense", "no rule is called 'nonsense' (keyguard rules list shows them)"),
        ("scan --select sendmailos --ignore sendmailos", "--select and --ignore leave no rule"),
        ("scan --config missing.toml", "missing.toml: cannot be read: No such file or directory"),
        ("scan --rules missing.toml", "missing.toml: cannot be read: No such file or directory"),
        ("scan --rules empty", "empty: no rule packs (*.toml) here"),
        ("explain sendmailos-kye", "no rule is called 'sendmailos-kye', did you mean 'sendmailos-key'?"),
        ("rules show nonsense", "no rule is called 'nonsense'"),
        ("rules test nonsense", "no rule is called 'nonsense'"),
        # what cannot be asked for together
        ("scan --stdin a.txt", "--stdin reads standard input and no PATH"),
        ("scan - a.txt", "'-' (standard input) cannot be scanned together with other paths"),
        ("scan --staged a.txt empty", "--staged and --changes look at one repository"),
        ("scan --history-only --staged", "--history-only looks at no files"),
        ("scan --range a..b a.txt empty", "--range, --since and --not-remotes look at one repository"),
        ("scan --verify --staged", "--verify reads keys again where they stand"),
        ("scan --verify -", "--verify reads keys again where they stand"),
        ("scan --config-from HEAD --isolated", "--config-from says which configuration counts"),
        ("scan --config-from HEAD --config a.toml", "--config-from says which configuration counts"),
        ("plan", "name the keys, or say --all"),
        ("plan KG-123456 --all", "name the keys, or say --all"),
        ("plan KG-12", "there is no key 'KG-12': no keys were found here"),
        ("verify", "name the keys, or say --all or --stdin: one of the three"),
        ("verify --all --stdin", "name the keys, or say --all or --stdin: one of the three"),
        ("verify --all --vendor stripe", "--vendor and --host are about one key"),
        ("verify KG-123456 KG-123457 --host example.com", "--vendor and --host are about one key"),
        ("prove KG-123456 --vendor stripe", "--vendor and --host say whom to ask: they go with --stdin"),
        ("revoke KG-123456 KG-123457 --key-id 1", "--vendor, --host and --key-id are about one key"),
        ("revoke KG-123456 --yes", "--yes needs --expect ID"),
        ("revoke KG-123456 KG-123457 --yes --expect KG-123456", "--yes is for one key at a time"),
        ("hook update refs/heads/main", "hook update: git gives it three arguments"),
        ("hook update refs/heads/main 123 456", "git says what is pushed by object ids, and these are none"),
    ],
)
def test_what_makes_no_sense_is_one_line(
    words: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "a.txt").write_text("nothing")
    assert main(words.split()) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"keyguard: error: {said}")
    assert err.count("\n") == 1


@pytest.mark.parametrize("size", ["9", "1k", "1K", "2kb", "1KiB", "3M", "1g", " 20M "])
def test_sizes_are_written_as_people_write_them(size: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.txt").write_text("nothing")
    assert main(["scan", "--max-size", size, str(tmp_path)]) == 0
    assert "1 file" in capsys.readouterr().out


def test_nothing_at_all_shows_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([])
    out, err = capsys.readouterr()
    assert (ended.value.code, out) == (2, "")
    assert all(command in err for command in COMMANDS)


@pytest.mark.parametrize("words", [["--help"], *([command, "--help"] for command in COMMANDS)], ids=" ".join)
def test_help_is_readable_and_no_error(
    words: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    with pytest.raises(SystemExit) as ended:
        main(words)
    out, err = capsys.readouterr()
    assert (ended.value.code, err) == (0, "")
    assert out.startswith(f"usage: keyguard{''.join(f' {word}' for word in words[:-1])} ")
    assert max(map(len, out.splitlines())) <= 120
    assert "==SUPPRESS==" not in out
    assert "%(" not in out


def test_every_option_says_what_it_does() -> None:
    for action in build(*COMMANDS)._actions:
        if isinstance(action, argparse._SubParsersAction):
            for child in action.choices.values():
                assert [one.dest for one in child._actions if not one.help and one.nargs != argparse.PARSER] == []


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    from keyguard import __version__

    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert (ended.value.code, capsys.readouterr().out) == (0, f"keyguard {__version__}\n")


def test_help_to_a_full_disk_is_no_traceback(kg: Keyguard) -> None:
    for target in ("/dev/full", "&-"):
        for words in ("--help", "--version", "rules list", "explain sendmailos-key", "scan --help"):
            said = kg.shell(
                f"{kg.line(*words.split())} > {target}" if target[0] == "/" else f"{kg.line(words)} >{target}"
            )
            assert "Traceback" not in said.err
            assert said.code != 1


# --- files that are called like options ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["--exit-zero", "--help", "--version", "-h", "--allow-incomplete", "--ignore=*", "--"])
@pytest.mark.parametrize("command", ["scan", "hook pre-commit"])
def test_a_file_that_is_called_like_an_option_cannot_switch_off_the_alarm(
    name: str, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_text(leaking_line(1))
    assert main([*command.split(), name]) == 2
    assert f"'{name}' is an option, and a file here" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["-a", "-file.txt", "--staged.txt", "-fjson=x", "-"])
def test_a_file_with_a_dash_before_its_name_is_a_file(kg: Keyguard, name: str, tmp_path: Path) -> None:
    folder = tmp_path / "t"
    folder.mkdir()
    (folder / name).write_text(leaking_line(1))
    said = kg.scan(f"./{name}" if name == "-" else name, cwd=folder)
    assert said.code == 1
    assert [place["path"] for place in said.document["findings"][0]["occurrences"]] == [name]


def test_after_two_dashes_everything_is_a_file(kg: Keyguard, tmp_path: Path) -> None:
    folder = tmp_path / "t"
    folder.mkdir()
    (folder / "--exit-zero").write_text(leaking_line(1))
    assert kg("scan", "--", "--exit-zero", cwd=folder).code == 1


# --- keys where a name belongs ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        [KEY],
        ["scan", KEY],
        ["scan", f"--{KEY}"],
        ["scan", f"--key={KEY}"],
        ["scan", "--select", KEY],
        ["scan", "--ignore", KEY],
        ["scan", "-f", KEY],
        ["scan", "-f", f"json=missing/{KEY}"],
        ["scan", "--fail-on", KEY],
        ["scan", "--max-size", KEY],
        ["scan", "--jobs", KEY],
        ["scan", "--color", KEY],
        ["scan", "--engine", KEY],
        ["scan", "--config", KEY],
        ["scan", "--rules", KEY],
        ["scan", "--exclude", KEY, "--exclude", "*"],
        ["hook", KEY],
        ["hook", "pre-commit", KEY],
        ["explain", KEY],
        ["explain", "x", KEY],
        ["rules", KEY],
        ["rules", "show", KEY],
    ],
    ids=lambda words: " ".join(words).replace(KEY, "KEY"),
)
def test_a_key_that_was_pasted_by_mistake_is_not_repeated(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text("nothing")
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert not [part for part in parts_of(KEY[8:]) if part in out + err]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("select = [", "c.toml:"),
        ("\nselct = []\n", "c.toml:2: unknown key 'selct', did you mean 'select'?"),
        ("fail-on = 3\n", "c.toml:1: fail-on: Expected `str`, got `int`"),
        ("fail-on = 'bad'\n", "c.toml:1: fail-on: 'bad' is not a severity"),
        ("max-size = 'big'\n", "c.toml:1: max-size: 'big' is not a size"),
        ("exclude = 'x'\n", "c.toml:1: exclude: Expected `array`, got `str`"),
        ("select = ['nothing-like-it']\n", "no rule is called 'nothing-like-it'"),
        ("rules = ['more.toml']\n", "more.toml: cannot be read"),
        (f"'{KEY}' = 1\n", "c.toml:1: unknown key"),
        (f"fail-on = '{KEY}'\n", "c.toml:1: fail-on: 'sk_"),
    ],
)
def test_a_wrong_configuration_is_one_line_with_its_place(
    text: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "c.toml").write_text(text)
    assert main(["scan", "--config", "c.toml"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert err.count("\n") == 1
    assert not [part for part in parts_of(KEY[8:]) if part in err]


def test_a_wrong_rule_is_one_line_with_file_line_and_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.toml").write_text(
        '[vendor]\nid = "acme"\nname = "Acme"\n\n[[rules]]\nid = "acme-key"\ntitle = "x"\ndescription = "x"\n'
        'pattern = "acme_[a-z]+"\nremedy = "x"\n'
    )
    for command in (["scan"], ["rules", "list"], ["explain", "acme-key"]):
        assert main([*command, "--rules", "p.toml"]) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert err == "keyguard: error: p.toml:9: rule 'acme-key': pattern: the group (?P<secret>…) is missing\n"
