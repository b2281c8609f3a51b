"""What other files say of a key: what counts, what does not, and that it is the same however it is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyguard.model.finding import Certainty, Environment, Finding
from keyguard.scan.run import ScanRequest, run_scan
from keyguard.sources.listing import Ask
from tests.helpers.repos import Repo
from tests.helpers.seeing import key, see

CERTAIN, LIKELY, AMBIGUOUS = Certainty
MINE = key(seed="elsewhere")
SDK = "import { SendMailOS } from '@sendmailos/sdk';\n"
PACKAGE = '{"dependencies": {"@sendmailos/sdk": "1.4.0"}}'


def project(folder: Path, **files: str) -> Path:
    """Files with ``<key>`` in the place of the key; ``__`` in a name stands for ``/``, and ``_`` for ``.``."""
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("<key>", MINE), encoding="utf-8")
    return folder


def findings(folder: Path, jobs: int = 1) -> tuple[Finding, ...]:
    request = ScanRequest(ask=Ask(paths=(str(folder),)), jobs=jobs, history="no")
    return run_scan(request).findings


def finding(folder: Path) -> Finding:
    (one,) = findings(folder)
    return one


def test_a_reason_says_what_and_where(tmp_path: Path) -> None:
    project(
        tmp_path,
        app_env="MAIL_TOKEN=<key>\n",
        src__mail_js=SDK + "\nconst c = new SendMailOS(process.env.MAIL_TOKEN)\n",
    )
    one = finding(tmp_path)
    assert (one.vendor, one.rule, one.certainty) == ("sendmailos", "sendmailos-key", LIKELY)
    assert one.because == ("SendMailOS(MAIL_TOKEN) at src/mail.js:3",)


def test_the_name_is_shown_with_its_place(tmp_path: Path) -> None:
    one = finding(project(tmp_path, app__mail_py="import sendmailos\n\nSENDMAILOS_API_KEY = '<key>'\n"))
    assert (one.certainty, one.because) == (CERTAIN, ("SENDMAILOS_API_KEY = … at app/mail.py:3",))


def test_an_import_is_shown_with_its_file(tmp_path: Path) -> None:
    one = finding(project(tmp_path, app__mail_js=SDK + "\n\nsend('<key>')\n"))
    assert (one.certainty, one.because) == (LIKELY, ("import @sendmailos/sdk in app/mail.js",))


def test_other_places_of_the_key_tell_and_are_named(tmp_path: Path) -> None:
    project(tmp_path, a_txt="<key>\n", conf__b_env="SENDMAILOS_API_KEY=<key>\n")
    one = finding(tmp_path)
    assert (one.certainty, one.because) == (CERTAIN, ("SENDMAILOS_API_KEY = … at conf/b.env:1",))


def test_a_place_that_contradicts_itself_takes_the_certainty_from_all(tmp_path: Path) -> None:
    project(tmp_path, a_env="SENDMAILOS_API_KEY=<key>\n", b_sh="CLERK_SECRET=<key> curl https://api.stripe.com\n")
    one = finding(tmp_path)
    assert (one.certainty, one.rule) == (AMBIGUOUS, "sk-key")
    assert set(one.candidates[:3]) == {"sendmailos", "clerk", "stripe"}
    assert "unknown" not in one.candidates


@pytest.mark.parametrize(
    "files",
    [
        {"package_json": PACKAGE},
        {"package_json": PACKAGE, "README_md": "Uses SendMailOS.\n", "mail_js": SDK, "x__package_json": PACKAGE},
        {"use_js": "new SendMailOS(process.env.MAIL_TOKEN)\n"},
        {"use_sh": 'curl https://api.sendmailos.com/api/v1/domains -H "Authorization: Bearer $MAIL_TOKEN"\n'},
    ],
    ids=["a manifest", "all together", "a use", "a call"],
)
def test_nothing_in_other_files_makes_it_certain(tmp_path: Path, files: dict[str, str]) -> None:
    one = finding(project(tmp_path, app_env="MAIL_TOKEN=<key>\n", **files))
    assert (one.vendor, one.certainty) == ("sendmailos", LIKELY)


def test_what_a_key_s_structure_proves_no_file_changes(tmp_path: Path) -> None:
    mine = key("sk_live_{stripe:99}", "proven")
    files = {
        "app_env": f"MAIL_TOKEN={mine}\n",
        "package_json": PACKAGE,
        "mail_js": SDK + "new SendMailOS(MAIL_TOKEN)\n",
    }
    one = finding(project(tmp_path, **files))
    assert (one.vendor, one.certainty, one.because) == ("stripe", CERTAIN, ("the key's own structure",))


def test_what_contradicts_the_shape_makes_it_ambiguous(tmp_path: Path) -> None:
    mine = key("sk_live_{hex:40}", "shaped")
    one = finding(project(tmp_path, conf_yml=f"secret: {mine}\n", requirements_txt="stripe\n"))
    assert (one.certainty, one.candidates[:2]) == (AMBIGUOUS, ("paystack", "stripe"))


def test_a_package_that_is_needed_only_by_others_counts_where_no_manifest_does(tmp_path: Path) -> None:
    lock = '"@sendmailos/sdk@^1.4.0":\n  version "1.4.0"\n'
    project(tmp_path, app_env="API_KEY=<key>\n", yarn_lock=lock)
    assert finding(tmp_path).vendor == "sendmailos"
    project(tmp_path, package_json='{"dependencies": {"stripe": "1"}}')
    assert finding(tmp_path).vendor == "stripe"


def test_what_is_installed_says_nothing(tmp_path: Path) -> None:
    project(
        tmp_path,
        app_env="API_KEY=<key>\n",
        vendor__a__package_json=PACKAGE,
        vendor__a__use_js="new SendMailOS(API_KEY)",
    )
    assert finding(tmp_path).certainty is AMBIGUOUS


def test_a_marker_for_the_rule_that_it_turns_out_to_be_counts(tmp_path: Path) -> None:
    files = {"app_env": "API_KEY=<key> # keyguard: allow[sendmailos-key] for the tour\n", "package_json": PACKAGE}
    assert findings(project(tmp_path, **files)) == ()


def test_a_marker_for_the_rule_that_it_looked_like_counts_no_more(tmp_path: Path) -> None:
    files = {"app_env": "API_KEY=<key> # keyguard: allow[sk-key] for the tour\n", "package_json": PACKAGE}
    assert finding(project(tmp_path, **files)).rule == "sendmailos-key"


def test_keys_in_names_of_files_are_not_shown_in_reasons(tmp_path: Path) -> None:
    other = key(seed="in a name")
    project(tmp_path, app_env="MAIL_TOKEN=<key>\n")
    (tmp_path / f"{other}.js").write_text("new SendMailOS(process.env.MAIL_TOKEN)\n", encoding="utf-8")
    found = next(one for one in findings(tmp_path) if one.occurrences[0].path == b"app.env")
    assert found.vendor == "sendmailos"
    assert all(other not in reason for reason in found.because)


def test_a_key_that_is_a_name_is_not_shown_either() -> None:
    (one,) = [one for one in see(f"stripe{'x7' * 20} = '{MINE}'") if one.masked]
    assert all("x7x7" not in reason for reason in one.attribution.because)


@pytest.mark.parametrize("jobs", [2, 3])
def test_it_is_the_same_whatever_the_number_of_jobs(tmp_path: Path, jobs: int) -> None:
    for number in range(60):
        name = f"mod{number:02}"
        mine = key(seed=name)
        folder = tmp_path / name
        project(
            folder, app_env=f"TOKEN_{number}={mine}\n", package_json=PACKAGE if number % 3 else '{"dependencies": {}}'
        )
        (folder / "use.js").write_text(f"new Stripe(process.env.TOKEN_{number + 1})\n", encoding="utf-8")
    assert findings(tmp_path) == findings(tmp_path, jobs=jobs)


def test_keys_of_history_are_told_alike_with_and_without_a_cache(tmp_path: Path) -> None:
    repo = (
        Repo(tmp_path / "repo").write("app.env", f"API_KEY={MINE}\n").write("package.json", PACKAGE).add().commit("a")
    )
    repo.write("app.env", "API_KEY=\n").add().commit("b")
    request = ScanRequest(ask=Ask(paths=(str(repo.path),)), jobs=1)
    first, again = run_scan(request).findings, run_scan(request).findings
    assert first == again
    assert [(one.vendor, one.certainty) for one in first] == [("sendmailos", LIKELY)]
    repo.write("package.json", '{"dependencies": {}}')
    assert [one.certainty for one in run_scan(request).findings] == [AMBIGUOUS]


@pytest.mark.parametrize(
    "manifest",
    ["[" * 100_000, '{"dependencies": ["stripe"], "x": null}', "\0\0\0", '{"dependencies": {"stri\\u0000pe": 1}}', ""],
    ids=["deep", "a list", "zeros", "odd", "empty"],
)
def test_a_manifest_that_is_none_says_nothing(tmp_path: Path, manifest: str) -> None:
    one = finding(project(tmp_path, app_env="API_KEY=<key>\n", package_json=manifest))
    assert one.certainty is AMBIGUOUS


def test_a_variable_that_is_read_a_thousand_times_over_comes_to_an_end(tmp_path: Path) -> None:
    wide = "a.env(" * 5_000 + "MAIL_TOKEN " * 5_000
    one = finding(project(tmp_path, app_env="MAIL_TOKEN=<key>\n", wide_js=wide, deep_js="(" * 100_000 + "MAIL_TOKEN"))
    assert one.certainty is AMBIGUOUS


@pytest.mark.parametrize(
    ("text", "environment"),
    [
        ("STRIPE_WEBHOOK_SECRET_TEST=<1>", Environment.TEST),
        ("stripe:\n  production:\n    secret: <1>", Environment.LIVE),
        ("STRIPE_WEBHOOK_SECRET=<1>", Environment.UNKNOWN),
        ("TEST_OR_LIVE_SECRET=<1>", Environment.UNKNOWN),
    ],
)
def test_what_a_key_opens_is_told_by_its_name_where_its_prefix_does_not(text: str, environment: Environment) -> None:
    (one,) = see(text.replace("<1>", key("whsec_{alnum:32}")))
    assert one.environment is environment


def test_a_workspace_beside_a_live_key_shows_that_it_may_be_a_master_key() -> None:
    for kind, shown in (("live", True), ("test", False)):
        text = f"SENDMAILOS_KEY = '{key(f'sk_{kind}_{{alnum:32}}')}'\nheaders = {{'X-Workspace-Id': workspace}}\n"
        (one,) = see(text)
        assert ("it may be a master key: X-Workspace-Id beside it" in one.attribution.because) is shown


def test_a_place_that_also_names_another_leaves_it_likely(tmp_path: Path) -> None:
    project(tmp_path, a_env="SENDMAILOS_API_KEY=<key>\n", b_sh="SENDMAILOS=<key> curl https://api.stripe.com\n")
    one = finding(tmp_path)
    assert (one.vendor, one.certainty) == ("sendmailos", LIKELY)
    assert one.because[-1] == "host api.stripe.com in the same statement at b.sh:1"


def test_a_place_with_a_reason_speaks_before_one_without(tmp_path: Path) -> None:
    one = finding(project(tmp_path, a_txt="<key>\n", b_txt="stripe or clerk: <key>\n"))
    assert (one.certainty, set(one.candidates[:2])) == (AMBIGUOUS, {"clerk", "stripe"})


def test_a_key_in_many_places_has_a_few_reasons(tmp_path: Path) -> None:
    for number in range(30):
        (tmp_path / f"{number}.sh").write_text(f"CLERK={MINE} curl https://api.stripe.com\n", encoding="utf-8")
    one = finding(tmp_path)
    assert (len(one.occurrences), one.certainty, len(one.because) <= 4) == (30, AMBIGUOUS, True)


def test_one_name_that_everything_has_is_not_followed_far(tmp_path: Path) -> None:
    project(tmp_path, a__conf_py="key = '<key>'\n", b__pay_py="import stripe\nstripe.api_key = key\n")
    assert finding(tmp_path).certainty is AMBIGUOUS


@pytest.mark.parametrize(
    "text",
    [
        "key = '<key>'\n\n\ndef f(key):\n    stripe.api_key = key\n",
        "token = '<key>'\n\n\nfor token in tokens:\n    stripe.api_key = token\n",
        "mine = '<key>'\n\n\nmine = other()\nstripe.api_key = mine\n",
        "mine = '<key>'\n\n\n# stripe.api_key = mine\n",
        "mine = '<key>'\n\n\nstripe.api_key = options.mine\n",
        "mine = '<key>'\n\n\nstripe.customers.create(mine)\n",
        "const mine = '<key>'\n\n\nconst f = (mine) => new Stripe(mine)\n",
        "setup(stripe_client, '<key>')\n",
        "log.info('stripe: %s', '<key>')\n",
    ],
)
def test_what_may_be_another_thing_of_that_name_is_not_certain(text: str) -> None:
    (one,) = see(text.replace("<key>", MINE))
    assert (one.attribution.vendor, one.attribution.certainty) == ("stripe", LIKELY)


def test_a_variable_that_is_passed_to_a_client_is_certain_and_the_line_is_told() -> None:
    for use in ("stripe.api_key = MAIL", "c = Stripe(MAIL)", "requests.get('https://api.stripe.com', auth=(MAIL, ''))"):
        (one,) = see(f"MAIL = '{MINE}'\n\n\n{use}\n")
        assert (one.attribution.vendor, one.attribution.certainty) == ("stripe", CERTAIN)
        assert one.attribution.because[0].endswith(" on line 4")


def test_each_of_many_keys_in_one_file_is_told_by_its_own_variable() -> None:
    text = "".join(f"KEY_{number} = '{key(seed=str(number))}'\n" for number in range(400))
    found = see("import stripe\n\n\n" + text + "stripe.api_key = KEY_3\n")
    assert len(found) == 400
    assert found[3].attribution.certainty is CERTAIN


def test_nothing_of_the_line_above_is_shown() -> None:
    (one,) = see("production: {pin: hunter2, stripe: {\n    secret: " + key("whsec_{alnum:32}"))
    assert one.environment is Environment.LIVE
    assert "live by 'production' above it" in one.attribution.because
    assert all("hunter2" not in reason for reason in one.attribution.because)


@pytest.mark.parametrize("template", ["sk_live_{workos}", "sk_test_{uuid}"])
@pytest.mark.parametrize(
    "text",
    [
        "SENDMAILOS_API_KEY=<1>",
        "curl https://api.sendmailos.com/ -u <1>:",
        "x = '<1>'\nclient = SendMailOS(x)\n",
        "STRIPE=<1>",
    ],
)
def test_no_name_makes_a_key_certain_that_is_built_like_those_of_another(template: str, text: str) -> None:
    (one,) = see(text.replace("<1>", key(template)))
    assert one.attribution.vendor not in ("sendmailos", "stripe")
    assert one.attribution.certainty is not CERTAIN or "uuid" in template


def test_a_structure_that_two_vendors_share_is_told_by_their_names() -> None:
    for vendor in ("workos", "highnote"):
        (one,) = see(f"{vendor.upper()}_API_KEY=" + key("sk_live_{workos}"))
        assert (one.attribution.vendor, one.attribution.certainty) == (vendor, CERTAIN)
