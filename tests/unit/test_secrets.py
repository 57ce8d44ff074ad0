"""A secret cannot be printed, copied or pickled by accident; only `reveal` gives it."""

import copy
import json
import logging
import pickle
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import pytest

from mcpserver.sql.engines import Engine
from mcpserver.sql.session import Session, Target
from tidbmcp.lib.secrets import Secret

TEXT = "hunter2"


@dataclass
class Holder:
    """Something that holds one."""

    secret: Secret


@pytest.mark.parametrize(
    "show",
    [
        repr,
        str,
        lambda secret: f"{secret}",
        lambda secret: f"{secret!r} {secret!s} {secret!a}",
        lambda secret: "{}".format(secret),  # noqa: UP032 - it is what is tested
        lambda secret: "%s %r" % (secret, secret),  # noqa: UP031 - it is what is tested
        lambda secret: str([secret, (secret,), {"key": secret}]),
        lambda secret: repr(Holder(secret)),
        lambda secret: json.dumps({"key": secret}, default=str),
        lambda secret: logging.LogRecord("n", 20, "f", 1, "%s", (secret,), None).getMessage(),
    ],
    ids=["repr", "str", "f-string", "conversions", "format", "percent", "in lists", "in dataclasses", "json", "log"],
)
def test_it_shows_stars(show: Callable[[Secret], str]) -> None:
    shown = show(Secret(TEXT))
    assert "Secret(****)" in shown
    assert TEXT not in shown


@pytest.mark.parametrize(
    "take",
    [pickle.dumps, copy.copy, copy.deepcopy, lambda secret: asdict(Holder(secret)), vars],
    ids=["pickle", "copy", "deepcopy", "asdict", "vars"],
)
def test_it_is_not_taken_along(take: Callable[[Secret], Any]) -> None:
    with pytest.raises(TypeError):
        take(Secret(TEXT))


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_no_protocol_pickles_it(protocol: int) -> None:
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(Secret(TEXT), protocol)


def test_it_has_no_format_of_its_own_that_would_show_it() -> None:
    with pytest.raises(TypeError):
        format(Secret(TEXT), ">20")


def test_only_reveal_gives_it() -> None:
    assert Secret(TEXT).reveal() == TEXT


def test_a_session_that_keeps_a_password_does_not_show_it() -> None:
    session = Session(Target("host", 4000, "user", "1"), None, Secret(TEXT), True, 7, Engine("mysql"))  # type: ignore[arg-type]
    assert TEXT not in repr(session)


def test_a_traceback_with_its_locals_does_not_show_it() -> None:
    def fails(secret: Secret) -> None:
        raise ValueError(secret)

    try:
        fails(Secret(TEXT))
    except ValueError as error:
        shown = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    assert "Secret(****)" in shown
    assert TEXT not in shown.replace(f"'{TEXT}'", "")  # the line of this test itself
