"""The filter of a list of clusters: `key = value AND key = value`, with or without quotes and spaces."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from mcpserver.sandbox.api.answers import ApiError
from mcpserver.sandbox.cloud import STATES, Cloud
from mcpserver.sandbox.places import Cluster
from mcpserver.sandbox.regions import BY_NAME
from mcpserver.sandbox.specs import PROJECT_LABEL

_QUOTED: Final = r'"(?:[^"\\]|\\.)*"'
_TERM: Final = re.compile(rf'\s*([A-Za-z]+)(?:\.({_QUOTED}|[A-Za-z0-9._/-]+))?\s*=\s*({_QUOTED}|[^\s"=]+)')
_AND: Final = re.compile(r"\s+AND(?=\s)")

_FIELDS: Final[dict[str, Callable[[Cloud, Cluster], str]]] = {
    "region.provider": lambda _, cluster: BY_NAME[cluster.spec["region"]].cloud_provider,
    "region.cloudProvider": lambda _, cluster: BY_NAME[cluster.spec["region"]].cloud_provider,
    "region.name": lambda _, cluster: str(cluster.spec["region"]),
    "state": lambda cloud, cluster: cloud.state(cluster),
    "projectId": lambda _, cluster: str(cluster.spec["labels"][PROJECT_LABEL]),
    "clusterId": lambda _, cluster: cluster.place_id,
    "displayName": lambda _, cluster: cluster.display_name,
}
_LISTS: Final = ("projectId", "clusterId")


@dataclass(frozen=True)
class Condition:
    """One `key = value`; where the key takes a list, any of the values."""

    key: str
    label: str
    values: frozenset[str]

    def holds(self, cloud: Cloud, cluster: Cluster) -> bool:
        """Whether the cluster is as it says."""
        if self.key == "labels":
            return cluster.spec["labels"].get(self.label) in self.values
        return _FIELDS[self.key](cloud, cluster) in self.values


def parse(text: str) -> list[Condition]:
    """Nothing else is understood: no OR, no other comparison, no brackets."""
    conditions: list[Condition] = []
    position = 0
    while text.strip():
        term = _TERM.match(text, position)
        if term is None:
            raise ApiError(400, f"invalid filter: not understood from {text[position : position + 40]!r} on")
        conditions.append(_condition(term[1], term[2] or "", term[3]))
        position = term.end()
        if not text[position:].strip():
            break
        joined = _AND.match(text, position)
        if joined is None:
            raise ApiError(400, f"invalid filter: AND was expected at {text[position : position + 40]!r}")
        position = joined.end()
    return conditions


def _condition(name: str, rest: str, value: str) -> Condition:
    label = _bare(rest)
    key = f"{name}.{rest}" if rest and name != "labels" else name
    if not (label if key == "labels" else key in _FIELDS):
        raise ApiError(400, f"invalid filter: {key} is not a field to filter by")
    text = _bare(value)
    values = frozenset(part.strip() for part in text.split(",")) if key in _LISTS else frozenset([text])
    if key == "state" and not values <= set(STATES):
        raise ApiError(400, f"invalid filter: state must be one of {', '.join(STATES)}")
    return Condition(key, label, values)


def _bare(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if text.startswith('"') else text
