"""What a pack may say of a request, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from keyguard.model.endpoint import Answer, Lookup, Request, Revocation, at_host, problem

ACTIVE = Answer(status=(200,), verdict="active")
ADMIN = {"Authorization": "Bearer {admin}"}
HEAD = {"Authorization": "Bearer {secret}"}


def request(**more: object) -> Request:
    return Request(**{"url": "https://api.vendor.example/v1/me", "headers": HEAD, "answers": (ACTIVE,), **more})  # type: ignore[arg-type]


def test_a_plain_question_is_as_it_should_be() -> None:
    assert not problem(request(), asks=True)
    assert request().host == "api.vendor.example"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"url": "http://api.vendor.example/"}, "https://"),
        ({"url": "https://api.vendor.example@evil.example/"}, "https://"),
        ({"url": "https://{secret}.vendor.example/"}, "https://"),
        ({"url": "https://api.vendor.example:99999/"}, "port from 1 to 65535"),
        ({"url": "https://api.vendor.example:0/"}, "port from 1 to 65535"),
        ({"url": "https://api..example/"}, "https://"),
        ({"url": f"https://{'a' * 64}.example/"}, "https://"),
        ({"url": "https://api.vendor.example/?key={secret}"}, "query"),
        ({"url": "https://api.vendor.example/v1/messages/send"}, "change nothing"),
        ({"url": "https://api.vendor.example/token/rotate"}, "change nothing"),
        ({"method": "DELETE"}, "change nothing"),
        ({"method": "FETCH"}, "not one of"),
        ({"headers": {"A": "b"}}, "nowhere in it"),
        ({"headers": {"A": "{secret} {other}"}}, "in braces"),
        ({"evidence": "hearsay"}, "not one of"),
        ({"sign": "aws-sigv4"}, "goes with a pair"),
        ({"answers": ()}, "no answers"),
        ({"answers": (Answer(status=(401,), verdict="inactive"),)}, "any proxy"),
        ({"answers": (Answer(status=(401,), verdict="dead"),)}, "not one of"),
        ({"answers": (Answer(status=(200,), verdict="revoked"),)}, "not one of"),
    ],
)
def test_what_could_do_harm_is_refused(more: dict[str, object], said: str) -> None:
    assert said in problem(request(**more), asks=True)


def test_what_revokes_may_change_something_and_proves_nothing_by_a_bare_status() -> None:
    def revocation(verdict: str, **more: object) -> Revocation:
        given: dict[str, object] = {"answers": (Answer(status=(403,), verdict=verdict),), "headers": HEAD, **more}
        return Revocation(url="https://api.vendor.example/v1/me", method="DELETE", **given)  # type: ignore[arg-type]

    assert not problem(revocation("refused"), asks=False)
    assert "any proxy" in problem(revocation("already-inactive"), asks=False)
    assert "not one of" in problem(revocation("refused", right="mine"), asks=False)


FIND: dict[str, Any] = {
    "rows": "data",
    "hint": "hint",
    "url": "https://api.vendor.example/v1/keys?limit=9",
    "headers": ADMIN,
}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, ""),
        ({"find": None, "key_id": "x_([a-z]+)"}, ""),
        ({"find": None, "url": "https://api.vendor.example/v1/me", "body": "{secret}"}, ""),
        ({"right": "self"}, "right = 'admin'"),
        ({"url": "https://api.vendor.example/v1/keys/me"}, "nowhere in it"),
        ({"url": "https://api.vendor.example/v1/keys?id={key_id}"}, "query"),
        ({"find": None}, "goes with find or with key-id"),
        ({"key_id": "x_([a-z]+)"}, "goes with find or with key-id"),
        ({"find": None, "key_id": "x_[a-z]+"}, "one group"),
        ({"find": None, "key_id": "x_([a-z]+"}, "one group"),
        ({"find": Lookup(**{**FIND, "url": "https://evil.example/v1/keys"})}, "the host that revokes"),
        ({"find": Lookup(**{**FIND, "url": "https://api.vendor.example:444/v1/keys"})}, "the host that revokes"),
        ({"find": Lookup(**{**FIND, "headers": {}})}, "with {admin} in a header"),
        ({"find": Lookup(**{**FIND, "headers": {"A": "{admin}{secret}"}})}, "with {admin} in a header"),
        ({"find": Lookup(**{**FIND, "url": "https://api.vendor.example/v1/keys?k={admin}"})}, "nothing else in braces"),
    ],
)
def test_another_credential_goes_to_one_host_alone(more: dict[str, object], said: str) -> None:
    given = {
        "url": "https://api.vendor.example/v1/keys/{key_id}",
        "method": "POST",
        "headers": ADMIN,
        "right": "admin",
        "answers": (Answer(status=(403,), verdict="refused"),),
        "find": Lookup(**FIND),
        **more,
    }
    found = problem(Revocation(**given), asks=False)  # type: ignore[arg-type]
    assert said in found if said else not found


def test_a_host_is_put_in_place_of_another_and_nothing_else() -> None:
    rehearsal = request(url="https://any.example/v1/me?test=1", hosted=True)
    asked = Revocation(
        url="https://any.example/v1/me",
        method="DELETE",
        headers=HEAD,
        answers=(ACTIVE,),
        hosted=True,
        rehearsal=rehearsal,
    )
    moved = at_host(asked, "gitlab.house.example:8443")
    assert (moved.url, moved.host) == ("https://gitlab.house.example:8443/v1/me", "gitlab.house.example")
    assert isinstance(moved, Revocation)
    assert moved.rehearsal
    assert moved.rehearsal.url == "https://gitlab.house.example:8443/v1/me?test=1"
    admin = Revocation(url="https://any.example/{key_id}", answers=(ACTIVE,), find=Lookup(**{**FIND, "headers": ADMIN}))
    moved = at_host(admin, "other.example")
    assert isinstance(moved, Revocation)
    assert moved.find
    assert moved.find.url == "https://other.example/v1/keys?limit=9"
    for host in ("", "a/b", "user@host", "Host", "a b", "host?x"):
        with pytest.raises(ValueError, match="is not the name"):
            at_host(asked, host)
