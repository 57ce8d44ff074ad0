"""The order of a list of clusters. The real grammar is not documented: one field, and `asc` or `desc` behind it."""

from collections.abc import Callable
from typing import Final, NamedTuple

from mcpserver.sandbox.api.answers import ApiError
from mcpserver.sandbox.places import Cluster

_KEYS: Final[dict[str, Callable[[Cluster], str]]] = {
    "createTime": lambda cluster: cluster.list_key,
    # The separator sorts before everything that a name can hold.
    "displayName": lambda cluster: f"{cluster.display_name}\x1f{cluster.list_key}",
}


class Order(NamedTuple):
    """By this key, which is unique."""

    key: Callable[[Cluster], str]
    backwards: bool


def parse(text: str) -> Order:
    """Oldest first when nothing was sent."""
    field, *direction = text.split() or ["createTime"]
    if field not in _KEYS or direction not in ([], ["asc"], ["desc"]):
        raise ApiError(400, f"invalid orderBy: must be one of {', '.join(_KEYS)}, with asc or desc behind it")
    return Order(_KEYS[field], direction == ["desc"])
