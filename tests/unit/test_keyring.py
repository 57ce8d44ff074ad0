"""The ring of keys: the first seals, all open, and no error repeats a key."""

import pytest
from cryptography.fernet import Fernet

from tidbmcp.lib import keyring

OLD, NEW, FOREIGN = (Fernet.generate_key().decode() for _ in range(3))


@pytest.mark.parametrize(
    "keys",
    [[], ["short"], [NEW, "x" * 44], [NEW[:-1]], ["é" * 44], [""]],
    ids=["none", "short", "one of two", "cut", "not ASCII", "empty"],
)
def test_a_bad_key_is_refused_without_repeating_any(keys: list[str]) -> None:
    with pytest.raises(ValueError, match="key") as caught:
        keyring.read_keys(keys)
    assert not any(key and key in str(caught.value) for key in keys)


def test_what_the_old_key_sealed_opens_when_it_stands_second() -> None:
    sealed = keyring.seal(keyring.read_keys([OLD]), "hunter2")
    assert keyring.unseal(keyring.read_keys([NEW, OLD]), sealed) == "hunter2"


def test_the_first_key_seals() -> None:
    sealed = keyring.seal(keyring.read_keys([NEW, OLD]), "hunter2")
    assert keyring.unseal(keyring.read_keys([NEW]), sealed) == "hunter2"
    with pytest.raises(keyring.CannotOpen):
        keyring.unseal(keyring.read_keys([OLD]), sealed)


def test_the_same_text_is_sealed_differently_each_time() -> None:
    ring = keyring.read_keys([NEW])
    assert keyring.seal(ring, "hunter2") != keyring.seal(ring, "hunter2")


SEALED = keyring.seal(keyring.read_keys([NEW]), "hunter2")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hunter2",
        "gAAAA",
        "\ud800",
        "é",
        SEALED[:-4],
        SEALED[:30] + ("A" if SEALED[30] != "A" else "B") + SEALED[31:],
    ],
    ids=["empty", "not sealed", "a beginning", "a lone surrogate", "not ASCII", "cut", "one character changed"],
)
def test_anything_else_cannot_be_opened(text: str) -> None:
    with pytest.raises(keyring.CannotOpen):
        keyring.unseal(keyring.read_keys([NEW]), text)


def test_a_foreign_key_cannot_open() -> None:
    with pytest.raises(keyring.CannotOpen):
        keyring.unseal(keyring.read_keys([FOREIGN]), SEALED)
