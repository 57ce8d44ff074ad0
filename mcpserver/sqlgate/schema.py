"""Statements that change what there is, and who may do what: by lists of forms, some of which need a person."""

from collections.abc import Iterator
from typing import Final

from mcpserver.sqlgate.forms import Forms, Reading, Refused
from mcpserver.sqlgate.lists import decisions, forms, schema_forms
from mcpserver.sqlgate.lists.keywords import RESERVED
from mcpserver.sqlgate.parts import PARTS, SYSTEM, either, name
from mcpserver.sqlgate.system import folded, is_system_schema
from mcpserver.sqlgate.tokens import Kind, Token
from mcpserver.sqlgate.verdicts import Known, Refuse

ACCOUNTS_DECIDED: Final = (
    "{} changes who may do what on the whole cluster; db_create_user and db_remove_user make and remove single logins"
)
_LOGINS: Final = frozenset({"user", "role"})
_MADE_AND_GONE: Final = frozenset({"create", "alter", "drop", "rename"})
_NO_ACCOUNT_FORM: Final = Refuse(
    "form",
    "This form of accounts and rights is not open here. db_create_user makes a login, db_remove_user removes one.",
)


def judge_schema(statement: list[Token]) -> Known | Refuse:
    """What is known of it, with a decision unless it only adds; or what is wrong."""
    reading = Reading(statement)
    try:
        if not _SCHEMA.fits(reading.word(0).upper(), reading):
            return _refusal(reading)
    except Refused as refused:
        return refused.refusal
    return reading.known("; ".join(dict.fromkeys(_decisions({*reading.taken}))))


def _decisions(taken: set[str]) -> Iterator[str]:
    """Why a person must decide, of a statement that these rules fitted."""
    yield from (why for rule, why in decisions.DECISIONS.items() if rule in taken)
    if "NEW_TABLE" not in taken:
        yield from (why for rule, why in decisions.DECISIONS_OF_EXISTING.items() if rule in taken)
        yield from (why for rules, why in decisions.DECISIONS_TOGETHER.items() if taken.issuperset(rules))


def judge_accounts(statement: list[Token]) -> Known | Refuse:
    """The same of accounts and rights. They always need a person."""
    reading = Reading(statement)
    rule = reading.word(0).upper()
    try:
        if not _ACCOUNTS.fits(rule if rule in forms.ACCOUNTS else "LOGIN", reading):
            return _NO_ACCOUNT_FORM
    except Refused as refused:
        return refused.refusal
    return reading.known(
        ACCOUNTS_DECIDED.format(rule if rule in forms.ACCOUNTS else f"{rule} {_thing(reading).upper()}")
    )


def is_of_accounts(statement: list[Token]) -> bool:
    """Whether this changes accounts or rights."""
    reading = Reading(statement)
    word = reading.word(0)
    return word in {"grant", "revoke"} or (word in _MADE_AND_GONE and _thing(reading) in _LOGINS)


def _thing(reading: Reading) -> str:
    """The word behind CREATE [OR REPLACE], ALTER, DROP or RENAME."""
    place = 3 if reading.word(0) == "create" and reading.word(1) == "or" else 1
    return reading.word(place)


def _refusal(reading: Reading) -> Refuse:
    for place in range(1, len(reading.tokens)):
        before = reading.at(place - 1).text
        if before != "." and (reason := decisions.WHY_NOT.get(reading.word(place))):
            return Refuse("form", reason)
    word = reading.word(reading.furthest)
    near = f" from the word {word.upper()[:64]} on" if word.isascii() and word else ""
    return Refuse(
        "form",
        f"This form of the statement is not known here{near}: docs/sql-gate.md lists those that are. A name that is a keyword "
        "goes in backticks.",
    )


def _at_least_one(reading: Reading, place: int) -> int | None:
    """A whole number that is not 0, in digits."""
    token = reading.at(place)
    return place + 1 if token.kind is Kind.NUMBER and token.text.isdecimal() and token.text.strip("0") else None


def _nextval(reading: Reading, place: int) -> int | None:
    """A sequence as a default."""
    words = tuple(reading.word(place + ahead) for ahead in range(3))
    if words == ("next", "value", "for"):
        return PARTS["SOURCE"](reading, place + 3)
    if words[0] != "nextval" or reading.at(place + 1).text != "(":
        return None
    after = PARTS["SOURCE"](reading, place + 2)
    return after + 1 if after and reading.at(after).text == ")" else None


def _account(reading: Reading, place: int) -> int | None:
    """`'name'@'host'`, `name`, CURRENT_USER."""
    if reading.word(place) == "current_user":
        return place + 3 if reading.at(place + 1).text == "(" and reading.at(place + 2).text == ")" else place + 1
    after = PARTS["TEXT"](reading, place) or name(reading, place)
    if after is None or reading.at(after).kind is not Kind.VARIABLE or reading.at(after).text.startswith("@@"):
        return after
    if reading.at(after).text != "@":
        return after + 1
    return after + 2 if reading.at(after + 1).kind in {Kind.TEXT, Kind.QUOTED} else None


def _privilege(reading: Reading, place: int) -> int | None:
    """The words of one privilege, as CREATE TEMPORARY TABLES."""
    end = place
    while (word := reading.word(end)) and word not in {"on", "from", "to", "proxy"}:
        end += 1
    return end if end > place else None


def _privilege_level(reading: Reading, place: int) -> int | None:
    """`*`, `*.*`, `database.*`, `database.table` or `table`; no system schema."""
    first, dot, last = (reading.at(place + ahead) for ahead in range(3))
    if first.text == "*":
        return place + 3 if dot.text == "." and last.text == "*" else place + 1
    if dot.text != ".":
        return name(reading, place)
    if is_system_schema(first.word) or folded(first.word) == "information_schema":
        raise Refused(SYSTEM)
    plain = first.kind is Kind.QUOTED or first.word not in RESERVED
    return place + 3 if first.word and plain and (last.word or last.text == "*") else None


_SCHEMA: Final = Forms(
    schema_forms.SCHEMA, {**PARTS, "NEXTVAL": _nextval, "AT_LEAST_ONE": _at_least_one, "INNODB": either("innodb")}
)
_ACCOUNTS: Final = Forms(
    forms.ACCOUNTS,
    {**PARTS, "ACCOUNT": _account, "PRIVILEGE": _privilege, "PRIVILEGE_LEVEL": _privilege_level},
)
