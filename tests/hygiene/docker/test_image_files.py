"""Which files of a context are in an image, and which Dockerfile gets which folder."""

from __future__ import annotations

import pytest

from keyguard.hygiene.docker.dockerfile import stages
from keyguard.hygiene.docker.image_files import image_files

NAMES = (".env", "api/.env", "src/app.js")


def in_image(text: str, *targets: str) -> list[str]:
    return sorted({one.name for one in image_files(stages(text.encode()), NAMES, targets)})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("COPY . .", [*NAMES]),
        ("copy ./ /app/", [*NAMES]),
        ("ADD . /app", [*NAMES]),
        ('COPY [".", "/my app/"]', [*NAMES]),
        ("COPY --chown=node:node --link . .", [*NAMES]),
        ("ONBUILD COPY . .", [*NAMES]),
        ("COPY / /app", [*NAMES]),
        ("COPY ../ /app", [*NAMES]),
        ("COPY * ./", [*NAMES]),
        ("COPY .env* ./", [".env"]),
        ("COPY .env /app/.env", [".env"]),
        ("COPY api ./api", ["api/.env"]),
        ("COPY api/* ./api/", ["api/.env"]),
        ("COPY *.js src/ ./", ["src/app.js"]),
        ("COPY package.json \\\n  # all of it\n\n  src ./", ["src/app.js"]),
        ("COPY --exclude=.env . .", ["src/app.js"]),
        ("COPY --exclude=*.js . .", [".env", "api/.env"]),
        ("COPY --from=composer:2 / /", []),
        ("ADD https://example.org/.env .", []),
        ("# COPY . .", []),
        ("RUN cat <<EOF\nCOPY . .\nEOF", []),
        ("COPY <<EOF /app/x\nCOPY . .\nEOF", []),
        ("COPY .", []),
        ("COPYALL . .", []),
        ("RUN --mount=type=bind,target=. make", []),
    ],
)
def test_what_is_copied(text: str, expected: list[str]) -> None:
    assert in_image(f"FROM node:20\nWORKDIR /app\n{text}\n") == sorted(expected)


def test_the_escape_character_can_be_another() -> None:
    assert in_image("# escape=`\nFROM node\nCOPY . `\n /app\n") == sorted(NAMES)
    assert in_image("FROM node\nRUN true `\nCOPY . /app\n") == sorted(NAMES)


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        ("FROM nginx\nCOPY --from=build /app/src /srv", ["src/app.js"]),
        ("FROM nginx\nCOPY --from=build /app /srv", [*NAMES]),
        ("FROM nginx\nCOPY --from=build /app/ /srv", [*NAMES]),
        ("FROM nginx\nCOPY --from=0 /app/.env /srv/", [".env"]),
        ("FROM nginx\nCOPY --from=build /app/* /srv/", [*NAMES]),
        ("FROM nginx\nCOPY --from=build /application /srv", []),
        ("FROM nginx\nCOPY --from=BUILD / /", [*NAMES]),
        ("FROM build", [*NAMES]),
        ("FROM nginx\nRUN true", []),
    ],
)
def test_what_the_last_stage_has(last: str, expected: list[str]) -> None:
    assert in_image(f"FROM node:20 AS build\nWORKDIR /app\nCOPY . .\n{last}\n") == sorted(expected)


def test_a_folder_of_an_earlier_stage_goes_on() -> None:
    text = "FROM node AS base\nWORKDIR /srv\nFROM base AS build\nCOPY . .\nFROM nginx\nCOPY --from=build /srv/api /x\n"
    assert in_image(text) == ["api/.env"]


def test_another_target_is_another_image() -> None:
    text = "FROM node AS dev\nCOPY . .\nFROM nginx AS prod\n"
    assert in_image(text) == []
    assert in_image(text, "dev") == sorted(NAMES)
    assert in_image(text, "none") == []


def test_where_a_copy_is_written() -> None:
    text = b"FROM node\n  COPY . . \nRUN x\n"
    copy = stages(text)[0].copies[0]
    assert text[copy.start : copy.end] == b"COPY . ."


def test_what_is_no_dockerfile_has_no_stages() -> None:
    assert stages(b"COPY . .\n") == []
    assert stages(b"\xff\xfe\x00FROM" * 100) == []
    assert image_files([], NAMES) == []
