"""From the text of SHOW CREATE TABLE to its parts. Pure.

It is read with the lexer of the SQL gate, so that what stands in quotes is never taken for structure. What the engine writes
into comments that run (`/*T![clustered_index] CLUSTERED */`) is taken out of them: it means the same, and can be sent again.
"""

import re
from typing import Final

from mcpserver.sql.errors import SqlRejected
from mcpserver.sql.schemas.shape import Part, Parts, Table
from mcpserver.sqlgate.tokens import Kind, Token, tokens

_RUNS: Final = re.compile(r"/\*(?:M?![0-9]*|T!(?:\[[^\]]*\])?)\s*([\s\S]*?)\s*\*/")
_INDEX: Final = frozenset({"primary", "unique", "key", "index", "fulltext", "spatial", "vector", "columnar"})
_OF_TEXT: Final = frozenset({"char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set"})
_SAYS_WHICH: Final = frozenset({"character", "charset", "collate"})
_TWO_WORDS: Final = frozenset({"DEFAULT CHARSET", "DEFAULT COLLATE", "PLACEMENT POLICY"})
COUNTERS: Final = frozenset({"AUTO_INCREMENT", "AUTO_RANDOM_BASE"})
"""Options that say how far a table has come, and not what it is."""


def table_of(name: str, created: str) -> Table:
    """The parts of a CREATE TABLE as the engine shows it. SqlRejected where it is not understood."""
    read = list(tokens(_without_comments(created)))
    opening = next((at for at, token in enumerate(read) if token.text == "("), len(read))
    parts, end = _split(read, opening)
    if not parts or any(token.kind is Kind.OPEN for token in read):
        raise SqlRejected(f"The definition of the table {name!r} can't be understood.")
    options, partitions = _behind(read[end + 1 :])
    inherits = _characters(options)
    sorted_parts: dict[str, list[Part]] = {}
    for part in parts:
        kind, found = _part(part, inherits)
        sorted_parts.setdefault(kind, []).append(found)
    head = "".join(token.text for token in read[: end + 1])
    tail = " ".join([*(f"{option.name}={option.definition}" for option in options), partitions]).strip()
    return Table(
        name,
        f"{head} {tail}".strip(),
        options=options,
        partitions=partitions,
        **{kind: tuple(found) for kind, found in sorted_parts.items()},
    )


def _without_comments(created: str) -> str:
    return "".join(
        _RUNS.sub(r"\1", token.text) if token.kind is Kind.COMMENT else token.text for token in tokens(created)
    )


def _split(read: list[Token], opening: int) -> tuple[list[list[Token]], int]:
    """What stands between the commas of the first parentheses, and where they close."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for at in range(opening, len(read)):
        token = read[at]
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0:
            return [part for part in map(_trimmed, parts) if part], at
        if depth == 1 and token.text == ",":
            parts.append([])
        elif at > opening:
            parts[-1].append(token)
    return [], len(read)


def _trimmed(part: list[Token]) -> list[Token]:
    while part and part[0].kind is Kind.BLANK:
        part = part[1:]
    while part and part[-1].kind is Kind.BLANK:
        part = part[:-1]
    return part


def _part(read: list[Token], inherits: str) -> tuple[str, Part]:
    """The field of a table that it belongs to, and itself."""
    text = "".join(token.text for token in read)
    meant = [token for token in read if token.kind is not Kind.BLANK]
    first = meant[0]
    if first.kind is Kind.QUOTED:
        return "columns", Part(first.plain, text, inherits if _takes_default(meant) else "")
    words = [token.word if token.kind is Kind.NAME else "" for token in meant]
    names = [token.plain for token in meant if token.kind is Kind.QUOTED]
    if words[0] in _INDEX:
        return "indexes", Part("PRIMARY" if words[0] == "primary" else next(iter(names), text), text)
    if words[0] == "constraint" and names and "foreign" in words[2:3]:
        return "foreign_keys", Part(names[0], text, refers_to=_referred(meant, words))
    if words[0] == "constraint" and names and "check" in words[2:3]:
        return "checks", Part(names[0], text)
    return "others", Part(text, text)


def _takes_default(meant: list[Token]) -> bool:
    words = {token.word for token in meant[1:] if token.kind is Kind.NAME}
    return len(meant) > 1 and meant[1].word in _OF_TEXT and not words & _SAYS_WHICH


def _referred(meant: list[Token], words: list[str]) -> str:
    at = words.index("references") + 1 if "references" in words else len(meant)
    at += 2 if at + 1 < len(meant) and meant[at + 1].text == "." else 0  # behind its database
    return meant[at].plain if at < len(meant) else ""


def _behind(read: list[Token]) -> tuple[Parts, str]:
    """Options, and the partitions."""
    words = [token.word if token.kind is Kind.NAME else "" for token in read]
    at = words.index("partition") if "partition" in words else len(read)
    return _options([token for token in read[:at] if token.kind is not Kind.BLANK]), _text(read[at:])


def _options(read: list[Token]) -> Parts:
    """`NAME=value` one after the other; a value goes on to where the next name begins."""
    starts = []
    for at, token in enumerate(read):
        if token.text == "=" and at:
            pair = f"{read[at - 2].text} {read[at - 1].text}".upper() if at > 1 else ""
            starts.append((at - 2 if pair in _TWO_WORDS else at - 1, at))
    ends = [start for start, _ in starts[1:]] + [len(read)]
    found = [
        Part(" ".join(token.text.upper() for token in read[start:at]), " ".join(t.text for t in read[at + 1 : end]))
        for (start, at), end in zip(starts, ends, strict=False)  # no option, no end
    ]
    return tuple(option for option in found if option.name not in COUNTERS)


def _characters(options: Parts) -> str:
    by_name = {option.name: option.definition.split(" ")[0] for option in options}
    return " ".join(filter(None, (by_name.get("DEFAULT CHARSET"), by_name.get("COLLATE"))))


def _text(read: list[Token]) -> str:
    return "".join(token.text for token in read).strip()
