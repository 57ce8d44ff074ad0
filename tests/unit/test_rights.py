"""The verdict, as a full table: scope, effect, and the three who can say read-only."""

from itertools import product
from uuid import UUID

import pytest

from accounts.principal import Principal
from accounts.scopes import Scope
from mcpserver.rights import Allow, Ceiling, Hide, Refuse, is_listed, verdict
from mcpserver.tools.spec import Effect

CHANGING = [effect for effect in Effect if effect is not Effect.READS]
PAGE = "https://h/me/tokens/"


def judge(
    scope: Scope | None, effect: Effect, has: frozenset[Scope], *, deployment: bool, token: bool, request: bool
) -> Allow | Refuse | Hide:
    principal = Principal(1, "bob", UUID(int=1), "tmcp_x", has, token)
    return verdict(scope, effect, principal, Ceiling(deployment, PAGE), request_read_only=request)


@pytest.mark.parametrize(("scope", "effect"), list(product(Scope, Effect)))
def test_the_narrowest_wins(scope: Scope, effect: Effect) -> None:
    others = frozenset(Scope) - {scope}
    for has, deployment, token, request in product([True, False], repeat=4):
        scopes = others | {scope} if has else others
        found = judge(scope, effect, scopes, deployment=deployment, token=token, request=request)
        changes = effect is not Effect.READS
        allowed = has and not (changes and (deployment or token or request))
        assert isinstance(found, Allow) is allowed
        assert isinstance(found, Hide) is (changes and deployment)


@pytest.mark.parametrize("effect", CHANGING)
def test_beyond_the_deployment_a_tool_does_not_exist_whatever_the_token_has(effect: Effect) -> None:
    for scope in (*Scope, None):
        assert judge(scope, effect, frozenset(Scope), deployment=True, token=False, request=False) == Hide()


def test_no_scope_opens_another() -> None:
    for has, wanted in product(Scope, Scope):
        found = judge(wanted, Effect.READS, frozenset({has}), deployment=False, token=False, request=False)
        assert isinstance(found, Allow) is (has is wanted)


def test_a_tool_for_everybody_needs_any_scope_at_all() -> None:
    for scope in Scope:
        assert judge(None, Effect.READS, frozenset({scope}), deployment=True, token=True, request=True) == Allow()
    found = judge(None, Effect.READS, frozenset(), deployment=False, token=False, request=False)
    assert found == Refuse("This token has no scopes.")


@pytest.mark.parametrize(
    ("has", "missing"),
    [
        ([], "mcp:write and the scope mcp:sql"),
        ([Scope.READ, Scope.DELETE, Scope.ADMIN], "mcp:write and the scope mcp:sql"),
        ([Scope.WRITE], "mcp:sql"),
        ([Scope.SQL], "mcp:write"),
        ([Scope.WRITE, Scope.SQL], ""),
    ],
    ids=["none", "others", "the one", "the other", "both"],
)
def test_a_tool_of_two_scopes_needs_both_and_says_which_is_missing(has: list[Scope], missing: str) -> None:
    principal = Principal(1, "bob", UUID(int=1), "tmcp_x", frozenset(has), False)
    about = {"request_read_only": False, "also": frozenset({Scope.SQL})}
    found = verdict(Scope.WRITE, Effect.CREATES, principal, Ceiling(False, PAGE), **about)  # type: ignore[arg-type]
    sentence = f"This needs the scope {missing}, which this token lacks. Make one that has it at {PAGE}."
    assert found == (Refuse(sentence) if missing else Allow())


@pytest.mark.parametrize(
    ("has", "token", "request_says", "sentence"),
    [
        ([], False, False, f"This needs the scope mcp:sql, which this token lacks. Make one that has it at {PAGE}."),
        ([Scope.SQL], True, False, f"This token is read-only. Make one that is not at {PAGE}."),
        (
            [Scope.SQL],
            False,
            True,
            "This request said read-only: send it without x-read-only or readonly to change anything.",
        ),
        ([], True, True, f"This needs the scope mcp:sql, which this token lacks. Make one that has it at {PAGE}."),
    ],
    ids=["scope", "token", "request", "scope first"],
)
def test_a_refusal_says_what_to_do(has: list[Scope], token: bool, request_says: bool, sentence: str) -> None:
    found = judge(Scope.SQL, Effect.CHANGES, frozenset(has), deployment=False, token=token, request=request_says)
    assert found == Refuse(sentence)


@pytest.mark.parametrize(
    ("found", "shown"), [(Allow(), True), (Refuse("no"), False), (Hide(), False)], ids=["allowed", "refused", "hidden"]
)
def test_only_what_can_be_called_is_listed(found: Allow | Refuse | Hide, shown: bool) -> None:
    assert is_listed(found) is shown
