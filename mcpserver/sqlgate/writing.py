"""The verdict over statements that change something: a list of them, each known in its form, or a refusal of all.

What is not understood is refused, and what is sent is the rendering of the accepted tokens. Nothing here raises, for any text.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from mcpserver.sqlgate.data import judge_data
from mcpserver.sqlgate.gate import judge_end
from mcpserver.sqlgate.lists.verbs import DATA, READING, SCHEMA, WHY_NOT
from mcpserver.sqlgate.render import render
from mcpserver.sqlgate.schema import is_of_accounts, judge_accounts, judge_schema
from mcpserver.sqlgate.shows import first_word
from mcpserver.sqlgate.statements import Kind, Statement, classify
from mcpserver.sqlgate.system import means_ascii
from mcpserver.sqlgate.texts import BYTES_MOST, PIECES_MOST, read_text
from mcpserver.sqlgate.tokens import Kind as TokenKind
from mcpserver.sqlgate.tokens import Token
from mcpserver.sqlgate.verdicts import Known, Refuse

STATEMENTS_MOST: Final = 100

_DATA: Final = (DATA | {"with"}) - {"batch"}
_SCHEMA: Final = (SCHEMA | {"grant", "revoke"}) - {"split", "repair"}
_TOO_LONG: Final = Refuse("size", f"The statements have more than {BYTES_MOST:,} bytes together: send fewer at a time.")
_TOO_MANY_PIECES: Final = Refuse(
    "size", f"The statements have more than {PIECES_MOST:,} words, signs and blanks together: send fewer at a time."
)
_EMPTY: Final = Refuse("empty", "There is no statement: write at least one.")
_TOO_MANY: Final = Refuse("statements", f"There are more than {STATEMENTS_MOST} statements: send fewer at a time.")
_MIXED: Final = Refuse(
    "mixed",
    "Statements that change the schema or accounts commit by themselves, so they can't be in one transaction with changes of "
    "rows: send the two in calls of their own.",
)
_READS: Final = Refuse("reads", "db_query reads: send queries there, and here only what changes something.")
_UNSURE: Final = Refuse("form", "The gate is not sure what this statement does: write it more plainly.")
_NO_NAME: Final = Refuse("form", "A name in backticks is empty: write the name.")
_LETTERS: Final = Refuse("characters", "A name holds letters that some servers take for others: put it in backticks.")


@dataclass(frozen=True)
class Write:
    """A statement that may be sent, in this form and no other. `rendered` may hold a password: it is no text to show.

    `decision` says why a person must decide before it runs, or nothing. `databases` are those that a change of the schema
    names before what it changes, as they are written.
    """

    rendered: str = field(repr=False)
    statement: Statement
    decision: str = ""
    databases: frozenset[str] = frozenset()


def judge_writes(texts: Sequence[str]) -> tuple[Write, ...] | Refuse:
    """Every statement of these texts, in their order; or why none of them may be sent."""
    if sum(map(len, texts)) > BYTES_MOST or sum(len(text.encode("utf-8", "replace")) for text in texts) > BYTES_MOST:
        return _TOO_LONG
    found: list[list[Token]] = []
    for text in texts:
        tokens = read_text(text)
        if isinstance(tokens, Refuse):
            return tokens
        found += [statement for statement in _split(tokens) if statement]
    if not found:
        return _EMPTY
    if len(found) > STATEMENTS_MOST:
        return _TOO_MANY
    return _judge_all(found)


def _split(tokens: list[Token]) -> Iterator[list[Token]]:
    """The statements between semicolons. In parentheses one has no place, and is refused with what it cuts."""
    start = 0
    for place, token in enumerate(tokens):
        if token.kind is TokenKind.SIGN and token.text == ";":
            yield tokens[start:place]
            start = place + 1
    yield tokens[start:]


def _judge_all(statements: list[list[Token]]) -> tuple[Write, ...] | Refuse:
    if sum(map(len, statements)) > PIECES_MOST:
        return _TOO_MANY_PIECES
    writes: list[Write] = []
    for statement in statements:
        known = _judge(statement)
        if isinstance(known, Refuse):
            return known
        rendered = render(statement)
        told = classify(rendered)
        if told.kind is not _kind(statement):
            return _UNSURE
        writes.append(Write(rendered, told, known.decision, known.databases))
    return _MIXED if len({write.statement.kind is Kind.DATA for write in writes}) > 1 else tuple(writes)


def _judge(statement: list[Token]) -> Known | Refuse:
    for token in statement:
        if token.kind is TokenKind.NAME and not token.text.isascii() and means_ascii(token.text):
            return _LETTERS
        if token.text == "``":
            return _NO_NAME
    verdict = _judge_root(statement)
    return verdict if isinstance(verdict, Refuse) else judge_end(statement) or verdict


def _judge_root(statement: list[Token]) -> Known | Refuse:
    """By the first word."""
    word = first_word(statement)
    if statement[0].text == "(" or word in READING:
        return _READS if word in READING else _not_writing(word)
    if word in _DATA:
        return _READS if word == "with" and classify(render(statement)).kind is Kind.READ else judge_data(statement)
    if word in _SCHEMA:
        return judge_accounts(statement) if is_of_accounts(statement) else judge_schema(statement)
    return _not_writing(word)


def _kind(statement: list[Token]) -> Kind:
    """What it was judged as."""
    if first_word(statement) in _DATA:
        return Kind.DATA
    return Kind.ACCOUNTS if is_of_accounts(statement) else Kind.SCHEMA


def _not_writing(word: str) -> Refuse:
    if reason := WHY_NOT.get(word):
        return Refuse("never", reason)
    return Refuse(
        "first_word",
        "db_execute takes INSERT, REPLACE, UPDATE and DELETE (these also behind WITH), CREATE, ALTER, DROP, RENAME, TRUNCATE, "
        "FLASHBACK, RECOVER, GRANT and REVOKE: start with one of them.",
    )
