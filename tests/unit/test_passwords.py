"""Generated passwords: long, mixed, never the same, and shown nowhere."""

import string

from tidbmcp.lib.passwords import LENGTH, new_password

MANY = [new_password().reveal() for _ in range(300)]


def test_every_one_fits_tidb_clouds_policy() -> None:
    for password in MANY:
        assert 8 <= len(password) == LENGTH <= 64
        kinds = (string.ascii_uppercase, string.ascii_lowercase, string.digits, "-_.~+*")
        assert [bool(set(kind) & set(password)) for kind in kinds] == [True] * 4
        assert set(password) <= set("".join(kinds))


def test_nothing_in_it_means_anything_in_sql_json_or_a_url() -> None:
    assert not set("".join(MANY)) & set("'\"\\`%@:/?#&;<>{}[]()$ \t\n")


def test_no_two_are_alike() -> None:
    assert len(set(MANY)) == len(MANY)
    assert all(
        len({password[place] for password in MANY}) > 20 for place in range(LENGTH)
    )  # no place gives its kind away


def test_it_is_printed_by_nobody() -> None:
    password = new_password()
    assert f"{password} {password!r}" == "Secret(****) Secret(****)"
