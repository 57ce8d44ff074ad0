"""Accounts in the words of each engine: hashes and no passwords, names that can't leave their quotes, rights of a role."""

import hashlib
import re

import pytest

from mcpserver.sql.accounts import Account, creation, listing, removal, rights
from mcpserver.sql.engines import Engine, engine_of
from tidbmcp.lib.passwords import new_password
from tidbmcp.lib.secrets import Secret

MARIADB, MYSQL, TIDB = (
    engine_of(version) for version in ("10.11.14-MariaDB", "8.0.36", "8.0.11-TiDB-v7.5.2-serverless")
)
each_engine = pytest.mark.parametrize("engine", [MARIADB, MYSQL, TIDB], ids=lambda engine: engine.name)
ROLES = ["role_readonly", "role_readwrite", "role_admin"]
HASH = "*" + hashlib.sha1(hashlib.sha1(b"Aa1-").digest()).hexdigest().upper()


@pytest.mark.parametrize(
    ("engine", "how"),
    [
        (MARIADB, "BY PASSWORD"),
        (MYSQL, "WITH mysql_native_password AS"),
        (TIDB, "WITH mysql_native_password AS"),
    ],
)
def test_an_account_is_made_with_a_hash(engine: Engine, how: str) -> None:
    assert creation(engine, "pre.reports", Secret("Aa1-")) == f"CREATE USER `pre.reports`@`%` IDENTIFIED {how} '{HASH}'"


@each_engine
def test_a_password_is_in_no_statement(engine: Engine) -> None:
    password = new_password()
    assert password.reveal() not in creation(engine, "pre.reports", password)


def test_a_name_stays_in_its_quotes() -> None:
    odd = Account("a`; DROP USER b; -- ", "%`")
    assert removal([odd, Account("c", "localhost")]) == ("DROP USER `a``; DROP USER b; -- `@`%```, `c`@`localhost`")
    assert "TO `a``b`@`%`" in rights(MARIADB, "a`b", "role_readonly", [], [])[0]


@pytest.mark.parametrize("role", ROLES)
def test_tidb_gives_the_built_in_role_where_it_has_it(role: str) -> None:
    assert rights(TIDB, "bpre.x", role, [f"bpre.{role}"], ["shop"]) == [
        f"GRANT `bpre.{role}`@`%` TO `bpre.x`@`%`",
        "SET DEFAULT ROLE ALL TO `bpre.x`@`%`",
    ]


def test_tidb_without_the_role_gives_rights_in_each_database_and_none_over_all() -> None:
    given = rights(TIDB, "x", "role_readwrite", [], ["shop", "freight"])
    assert given == [
        f"GRANT SELECT, SHOW VIEW, INSERT, UPDATE, DELETE, CREATE TEMPORARY TABLES ON `{name}`.* TO `x`@`%`"
        for name in ("shop", "freight")
    ]
    assert rights(TIDB, "x", "role_readonly", [], ["shop"]) == ["GRANT SELECT, SHOW VIEW ON `shop`.* TO `x`@`%`"]


@pytest.mark.parametrize("engine", [MARIADB, MYSQL], ids=lambda engine: engine.name)
@pytest.mark.parametrize("role", ["role_readonly", "role_readwrite"])
def test_elsewhere_the_tables_with_the_accounts_are_left_out(engine: Engine, role: str) -> None:
    given = rights(engine, "x", role, [], [])
    assert given[:2] == [f"GRANT SHOW VIEW ON {name}.* TO `x`@`%`" for name in ("mysql", "sys")]
    assert not [one for one in given if "*.*" in one and not one.startswith("GRANT SHOW DATABASES ON *.*")]


@each_engine
@pytest.mark.parametrize("role", ROLES)
def test_only_an_owner_hands_on_what_it_may_do(engine: Engine, role: str) -> None:
    given = " ".join(rights(engine, "x", role, [], ["shop"]))
    assert ("WITH GRANT OPTION" in given) is (role == "role_admin")
    assert bool(re.search(r"\b(CREATE USER|DROP|ALTER)\b", given)) is (role == "role_admin")
    assert not re.search(r"\b(SUPER|FILE|SHUTDOWN|RELOAD|REPLICATION|ALL PRIVILEGES)\b", given)


@each_engine
def test_roles_are_told_from_users(engine: Engine) -> None:
    assert ("is_role" in listing(engine)) is (engine is MARIADB)
    assert ("account_locked" in listing(engine)) is (engine is not MARIADB)
