"""Query parameters, read strictly: what is unknown, repeated or not understood is a 400 and never ignored."""

import json
import re
from collections.abc import Collection
from typing import Final, Self

from starlette.requests import Request

from mcpserver.sandbox.api.answers import ApiError

_INTEGER: Final = re.compile(r"-?[0-9]{1,10}")
_INT32: Final = 2**31


class Parameters:
    """The query of one request."""

    def __init__(self, path: str, values: dict[str, list[str]]) -> None:
        self._path = path
        self._values = values

    @classmethod
    def of(cls, request: Request, known: Collection[str], repeated: Collection[str] = ()) -> Self:
        """Only names that this operation documents, each once but for those that may be repeated."""
        values: dict[str, list[str]] = {}
        for name, value in request.query_params.multi_items():
            if name not in known and name not in repeated:
                raise ApiError(400, f"invalid parameter: {name} is not known here")
            if name in values and name not in repeated:
                raise ApiError(400, "invalid parameter: a name was sent twice")
            values.setdefault(name, []).append(value)
        return cls(request.url.path, values)

    def binding(self, size: int) -> str:
        """What a page token is bound to: the list, the size of its pages, and every other parameter."""
        others = {name: values for name, values in self._values.items() if name not in ("pageToken", "pageSize")}
        return json.dumps([self._path, size, others], sort_keys=True)

    def all(self, name: str) -> list[str]:
        """Every value, in order."""
        return self._values.get(name, [])

    def text(self, name: str) -> str:
        """Empty when it was not sent."""
        return self._values.get(name, [""])[0]

    def natural(self, name: str) -> int:
        """Zero when it was not sent: on the wire the two are the same."""
        value = self._values.get(name, ["0"])[0]
        if not _INTEGER.fullmatch(value) or not 0 <= int(value) < _INT32:
            raise ApiError(400, f"invalid {name}: must be a non-negative int32")
        return int(value)

    def choice(self, name: str, allowed: Collection[str], default: str = "") -> str:
        """One of the allowed values, or the default when it was not sent."""
        value = self._values.get(name, [default])[0]
        if name in self._values and value not in allowed:
            raise ApiError(400, f"invalid {name}: must be one of {', '.join(allowed)}")
        return value
