"""Prepared look-ups find what the ORM finds, and see every change at once."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AccessToken, User
from accounts.scopes import Scope
from mcpserver.vault.models import Role, SqlLogin, TidbCloudConnection
from tidbmcp.lib.clock import now
from tidbmcp.lib.prepared import Prepared

pytestmark = pytest.mark.django_db
TOKENS = Prepared(AccessToken, ("lookup",), ("id", "read_only", "expires_at", "revoked_at", "owner__username"))


@pytest.fixture
def token(db: None) -> AccessToken:
    bob = User.objects.create_user("bob")
    expires = now() + timedelta(days=3)
    return AccessToken.make(bob, name="x", scopes=[Scope.READ], read_only=True, expires_at=expires)[0]


def test_values_are_what_the_orm_gives(token: AccessToken) -> None:
    found = TOKENS.first(token.lookup)
    expected = AccessToken.objects.values("id", "read_only", "expires_at", "revoked_at", "owner__username").get()
    assert found == expected
    assert found is not None
    assert found["read_only"] is True


@pytest.mark.parametrize("lookup", ["", "tmcp_nobody", "' OR 1=1 --", "%", "日本語", "x" * 10_000])
def test_what_is_not_there_is_none(token: AccessToken, lookup: str) -> None:
    assert TOKENS.first(lookup) is None


def test_a_change_is_seen_by_the_next_look_up(token: AccessToken) -> None:
    assert (TOKENS.first(token.lookup) or {})["revoked_at"] is None
    AccessToken.objects.update(revoked_at=now())
    assert (TOKENS.first(token.lookup) or {})["revoked_at"] is not None


def test_it_is_one_query_and_the_same_each_time(token: AccessToken) -> None:
    with CaptureQueriesContext(connection) as queries:
        TOKENS.first(token.lookup)
        TOKENS.first("another")
    first, second = (query["sql"] for query in queries)
    assert first.replace(token.lookup, "another") == second


def test_several_conditions_stay_in_their_order() -> None:
    logins = Prepared(SqlLogin, ("connection_id", "cluster_id", "branch_id", "role"), ("username",))
    made = {}
    for name in ("ours", "theirs"):
        row = TidbCloudConnection.objects.create(name=name, sealed="x")
        for cluster in ("7", "8"):
            for role in (Role.READONLY, Role.ADMIN):
                made[row.pk, cluster, role] = SqlLogin.objects.create(
                    connection=row, cluster_id=cluster, role=role, username=f"{name} {cluster} {role}", sealed="x"
                ).username
    for (connection_id, cluster, role), username in made.items():
        assert logins.first(connection_id, cluster, "", role) == {"username": username}
    assert logins.first(next(iter(made))[0], "7", "bran-1", Role.READONLY) is None
