"""Who asks, through what, from where: what every event of one request has in common."""

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class Facts:
    """Copied into events as text, so that the record outlives the people and tokens in it. All but the id may be empty."""

    request_id: str
    call_id: UUID | None = None
    person: str = ""
    token: str = ""
    client_name: str = ""
    client_version: str = ""
    address: str = ""

    def fields(self) -> dict[str, Any]:
        """As fields of an event: `record(kind, **facts.fields())`."""
        return asdict(self)
