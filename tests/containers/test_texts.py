"""Mail and notebooks: texts with more in them than they show."""

from __future__ import annotations

import json
import random
from email.message import EmailMessage

import pytest

from keyguard.containers.kinds import container
from tests.containers.packing import opened, zipped

TEXT = "KEY=value " * 20


def message(first: str = "") -> bytes:
    mail = EmailMessage()
    for name in filter(None, [first, "From", "To", "Subject"]):
        mail[name] = "<a@b.example>" if name != "Subject" else "words"
    mail.set_content(TEXT + "\né\n", cte="quoted-printable")
    mail.add_attachment(TEXT.encode(), maintype="application", subtype="octet-stream", filename="conf/prod.env")
    mail.add_attachment(zipped({"in.txt": b"inner"}), maintype="application", subtype="zip", filename="a.zip")
    return mail.as_bytes()


@pytest.mark.parametrize("first", ["", "Return-Path", "Message-ID", "X-Mailer"])
def test_parts_of_a_mail_are_decoded(first: str) -> None:
    assert container(message(first)) == "mail"
    found, walk = opened(message(first))
    assert found["part-1.txt"].decode().split() == [*TEXT.split(), "é"]
    assert (found["prod.env"], found["a.zip!/in.txt"]) == (TEXT.encode(), b"inner")
    assert (walk.problem, walk.unopened) == ("", [])


def test_a_mailbox_has_the_parts_of_all_its_messages() -> None:
    box = b"".join(b"From a@b.example Mon Jan  1 00:00:00 2026\n" + message() + b"\n" for _ in range(3))
    data, walk = opened(box)
    assert len([*data]) >= 3
    assert walk.problem == ""


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_mail_that_is_one_encoded_text(ends: str) -> None:
    head = [
        "From: a@b.example",
        "Content-Type: text/plain",
        "Content-Transfer-Encoding: base64",
        "",
        "S0VZPTEK",
        "S0VZPTIK",
    ]
    assert opened(ends.join(head).encode())[0] == {"part-1.txt": b"KEY=1\nKEY=2\n"}


@pytest.mark.parametrize(
    "text",
    [
        "To be or not to be\n",
        "From here: there\n\nwords",
        "Date\n====\n",
        "README: x\n",
        "Subject line\nMore\n",
        "X-ray: y",
    ],
)
def test_other_texts_are_none(text: str) -> None:
    assert container(text.encode()) == ""


def book(**more: object) -> bytes:
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": ["# Title\n", "words"]},
        {
            "cell_type": "code",
            "metadata": {},
            "source": 'a = "b"\n',
            "outputs": [
                {"output_type": "stream", "text": ["one\n", "two\n"]},
                {"output_type": "display_data", "data": {"image/png": "iVBOR", "text/plain": "three"}},
                {"output_type": "error", "traceback": ["four", "five"]},
                {"output_type": "execute_result", "data": {"application/json": {"a": [1]}}},
            ],
        },
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5} | more, indent=1).encode()


def test_cells_and_outputs_of_a_notebook() -> None:
    assert container(book()) == "notebook"
    assert opened(book())[0] == {
        "cell-1.md": b"# Title\nwords",
        "cell-2.py": b'a = "b"\n',
        "cell-2-output.txt": b'one\ntwo\n\nthree\nfourfive\n{"a":[1]}',
    }
    other = book(metadata={"kernelspec": {"language": "R"}})
    assert "cell-2.r" in opened(other)[0]


def test_an_old_notebook_has_sheets() -> None:
    sheet = {
        "cells": [{"cell_type": "code", "input": ["x = 1\n"], "outputs": [{"output_type": "stream", "text": "1"}]}]
    }
    data = json.dumps({"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [sheet]}).encode()
    assert opened(data)[0] == {"cell-1.py": b"x = 1\n", "cell-1-output.txt": b"1"}


@pytest.mark.parametrize(
    "data", [b'{"a": 1}', b'{"cells": 3}', b'{"cells": [1]}', b'{"metadata": {"labels": {}}}', b"{}"]
)
def test_other_documents_are_none(data: bytes) -> None:
    assert container(data) == ""


def test_what_only_begins_like_a_notebook_is_text() -> None:
    found, walk = opened(b'{"nbformat": 4, "cells": [')
    assert found == {}
    assert walk.problem == "notebook: damaged: it is no JSON)" or "no JSON" in walk.problem


def test_nothing_that_is_damaged_raises() -> None:
    source = random.Random(1)
    for whole in (message(), book()):
        for _ in range(100):
            data = bytearray(whole)
            for _ in range(source.randint(1, 8)):
                data[source.randrange(20, len(data))] = source.choice(b'"\n{[:= \xff\0-')
            if container(bytes(data)) and source.random() < 0.9:
                opened(bytes(data))
    opened(b'{"nbformat": 4, "cells": ' + b"[" * 100_000)
