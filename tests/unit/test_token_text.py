"""The form of a token: told from noise without the database, and stored only as a keyed hash."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from accounts import tokens
from accounts.tokens import ALPHABET, LENGTH, TokenText, new_token, read_token


def test_it_has_a_prefix_a_lookup_part_and_a_constant_length() -> None:
    made = [new_token() for _ in range(50)]
    assert {len(one.text) for one in made} == {LENGTH}
    assert all(one.text.startswith("tmcp_") and set(one.text[5:]) <= set(ALPHABET) for one in made)
    assert all(len(one.lookup) == 13 and one.text.startswith(one.lookup) for one in made)
    assert len({one.lookup for one in made}) == 50


def test_its_form_stays_as_it_is_because_people_hold_such_tokens() -> None:
    """Changing the checksum would lock everybody out."""
    assert read_token("tmcp_" + "0" * 40 + tokens._checksum("0" * 40)) is not None
    assert tokens._checksum("0" * 40) == "2KAQCa"


def test_what_was_made_is_read() -> None:
    made = new_token()
    assert read_token(made.text) == made


@given(st.integers(5, LENGTH - 1), st.sampled_from(ALPHABET))
def test_one_character_mistyped_is_refused(place: int, other: str) -> None:
    text = new_token().text
    mistyped = text[:place] + other + text[place + 1 :]
    assert mistyped == text or read_token(mistyped) is None


@given(st.integers(5, LENGTH - 2))
def test_two_neighbours_swapped_are_refused(place: int) -> None:
    text = new_token().text
    swapped = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    assert swapped == text or read_token(swapped) is None


@given(st.text())
def test_no_noise_is_a_token(text: str) -> None:
    assert read_token(text) is None
    assert read_token("tmcp_" + text) is None


GOOD = new_token().text


@pytest.mark.parametrize(
    "text",
    ["", "tmcp_", GOOD[:-1], GOOD + "A", f" {GOOD}", f"{GOOD}\n", GOOD.upper(), GOOD.replace("tmcp_", "TMCP_"), GOOD[5:],
     GOOD[:-1] + "é", GOOD.replace("_", "-"), "tmcp_" + "\x00" * 46],
    ids=["empty", "prefix", "cut", "longer", "blank before", "line end", "upper case", "other prefix", "no prefix", "not ASCII",
         "a dash", "NULs"],
)  # fmt: skip
def test_what_only_looks_like_one_is_refused(text: str) -> None:
    assert read_token(text) is None


def test_neither_repr_nor_str_shows_more_than_the_prefix() -> None:
    made = new_token()
    assert {repr(made), str(made), f"{made}"} == {f"TokenText({made.lookup}…)"}


def test_the_digest_holds_nothing_of_the_token_and_depends_on_the_key() -> None:
    made = new_token()
    assert len(made.digest()) == 64
    assert made.text[13:] not in made.digest()
    assert made.digest("one key") != made.digest("another key")


def test_it_fits_under_the_key_and_its_fallbacks_only(settings: Settings) -> None:
    made = new_token()
    stored = made.digest()
    old, settings.SECRET_KEY = settings.SECRET_KEY, "a new key, long enough to be one, for this test alone"
    assert not made.fits(stored)
    settings.SECRET_KEY_FALLBACKS = [old]
    assert made.fits(stored)
    assert made.fits(made.digest())


def test_a_fallback_does_not_let_another_token_in(settings: Settings) -> None:
    settings.SECRET_KEY_FALLBACKS = ["older", "oldest"]
    made = new_token()
    assert not TokenText(made.text[:-7] + "x" * 7).fits(made.digest())
    assert not made.fits("")
