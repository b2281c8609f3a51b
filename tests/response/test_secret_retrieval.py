"""A key is read again where it was found, for whoever has to ask its vendor; what has changed since gives none."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from keyguard.masking.secret import Secret
from keyguard.model.finding import Finding
from keyguard.response.secret_retrieval import pair_of, secret_in, secret_of, texts_of
from keyguard.rules.examples import fill
from keyguard.scan import run
from keyguard.sources.listing import Ask
from keyguard.sources.reading import PIECE
from tests.helpers.checkout import made_up_key
from tests.helpers.repos import Repo
from tests.helpers.seeing import engine

KEY = made_up_key(1)
LINE = f"KEY={KEY}\n"
AWS_ID, AWS_OTHER = (fill("AKIA{base32:16}", seed) for seed in "ab")
AWS_SECRET = fill("{base64:40}", "secret")


def findings(folder: Path, history: str = "no") -> list[Finding]:
    """What a scan of a folder finds."""
    ask = Ask(paths=(str(folder),))
    return list(run.run_scan(run.ScanRequest(ask=ask, jobs=1, history=history, cached=False)).findings)


def read_again(finding: Finding, folder: Path) -> str:
    """The key; empty where it is not there any more."""
    secret = secret_of(finding, (str(folder),), engine())
    return secret.reveal().decode() if secret else ""


def test_the_value_of_an_encoded_key_is_read_and_not_its_encoded_form(tmp_path: Path) -> None:
    coded = base64.b64encode(KEY.encode())
    (tmp_path / "a.txt").write_bytes(b"token: " + coded + b"\nhex: " + KEY.encode().hex().encode())
    (found,) = findings(tmp_path)
    assert read_again(found, tmp_path) == KEY
    texts = texts_of(found, Secret(KEY.encode()), (str(tmp_path),), engine())
    assert texts == {coded.rstrip(b"="), KEY.encode().hex().encode()}


@pytest.mark.parametrize("before", [0, PIECE + 17], ids=["small", "in pieces"])
def test_a_key_in_a_file_is_read_as_long_as_it_is_there(before: int, tmp_path: Path) -> None:
    path = tmp_path / "sub" / "a.env"
    path.parent.mkdir()
    path.write_text("#" * before + "\n" + LINE)
    (found,) = findings(tmp_path)
    assert read_again(found, tmp_path) == KEY
    path.write_text(LINE.replace(KEY, made_up_key(2)))
    assert read_again(found, tmp_path) == ""
    path.unlink()
    assert read_again(found, tmp_path) == ""
    path.mkdir()
    assert read_again(found, tmp_path) == ""


def test_a_key_is_read_where_it_still_is_if_it_is_gone_elsewhere(tmp_path: Path) -> None:
    for name in ("a.env", "b.env"):
        (tmp_path / name).write_text(LINE)
    (found,) = findings(tmp_path)
    (tmp_path / "a.env").unlink()
    assert read_again(found, tmp_path) == KEY


def test_a_key_in_a_file_that_was_asked_for_by_its_name_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.env").write_text(LINE)
    (found,) = findings(tmp_path / "a.env")
    assert read_again(found, tmp_path / "a.env") == KEY


def test_a_key_of_the_past_is_read_from_its_object(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "shop").write("a.env", LINE).add().commit()
    repo.remove("a.env").add().commit()
    (found,) = findings(repo.path, "only")
    assert read_again(found, repo.path) == KEY
    loose = repo.oid("HEAD~1:a.env")
    (repo.path / ".git" / "objects" / loose[:2] / loose[2:]).unlink()
    assert read_again(found, repo.path) == ""


def test_a_key_in_a_file_of_gits_own_is_read(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "shop").write("a.txt", "a\n").add().commit()
    (repo.path / ".git" / "description").write_text(LINE)
    (found,) = findings(repo.path, "only")
    assert read_again(found, repo.path) == KEY
    (repo.path / ".git" / "description").unlink()
    assert read_again(found, repo.path) == ""


def test_a_key_on_standard_input_is_read_from_the_text_itself(tmp_path: Path) -> None:
    (tmp_path / "a.env").write_text(LINE)
    (found,) = findings(tmp_path)
    secret = secret_in(LINE.encode(), found, engine())
    assert secret is not None
    assert secret.reveal() == KEY.encode()
    assert secret_in(b"nothing\n", found, engine()) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"AWS_ACCESS_KEY_ID={AWS_ID}\nAWS_SECRET_ACCESS_KEY={AWS_SECRET}\n", AWS_ID),
        (f"AWS_SECRET_ACCESS_KEY={AWS_SECRET}\n", ""),
        (f"A={AWS_ID}\nB={AWS_OTHER}\nAWS_SECRET_ACCESS_KEY={AWS_SECRET}\n", ""),
        (f"A={AWS_ID}\n{'#' * 3000}\nAWS_SECRET_ACCESS_KEY={AWS_SECRET}\n", ""),
    ],
    ids=["one beside it", "none", "two", "too far away"],
)
def test_the_other_half_of_a_key_is_the_only_one_beside_it(text: str, expected: str, tmp_path: Path) -> None:
    (tmp_path / "a.env").write_text(text)
    found = next(one for one in findings(tmp_path) if one.rule == "aws-secret-key")
    secret = secret_of(found, (str(tmp_path),), engine())
    assert secret is not None
    pair = pair_of(found, "aws-access-key-id", secret, (str(tmp_path),), engine())
    assert (pair.reveal().decode() if pair else "") == expected
