"""What the gate answers: Allow, or Known of a change, or Refuse with the rule and a sentence that helps to mend the statement."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Allow:
    """It may be sent, in this form and no other."""

    rendered: str
    alone: bool = False
    """It reads what its session holds: it is run on a connection that nobody has used and nobody will."""
    as_of: bool = False
    """It says itself as of which time it reads, which TiDB refuses inside a transaction that says so too."""


@dataclass(frozen=True)
class Known:
    """A change whose form is known.

    `decision` says why a person must decide before it runs, or nothing. `databases` are those that a change of the schema
    names before what it changes, as they are written.
    """

    decision: str
    databases: frozenset[str]


@dataclass(frozen=True)
class Refuse:
    """It may not. `rule` is one word for programs, `sentence` is for the caller and repeats no literal."""

    rule: str
    sentence: str
