"""What is kept of clusters and branches: one file in the folder of each, beside its data."""

import json
import logging
import os
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from mcpserver.sandbox.databases.folder import data_of
from mcpserver.sandbox.errors import SandboxError
from mcpserver.sandbox.places import Branch, Cluster, Place

logger = logging.getLogger(__name__)

_FILES: Final[dict[str, type[Cluster] | type[Branch]]] = {"cluster.json": Cluster, "branch.json": Branch}
_HOME: Final = re.compile(r"\d+|bran-[a-z2-7]+|removed-.*")
_SEEDED: Final = "seeded.json"
_CLOCK: Final = "clock.json"
_BATCHES: Final = "batches.json"
_NOTES: Final = (_SEEDED, _CLOCK, _BATCHES)


class Store:
    """The folder of the sandbox, with one folder in it for each place."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def home(self, place_id: str) -> Path:
        """The folder of a place."""
        return self._folder / place_id

    def has_data(self, place_id: str) -> bool:
        """Whether its database has been made."""
        return data_of(self.home(place_id)).exists()

    def save(self, place: Place) -> None:
        """Whoever reads it finds the old state or the new one, even after a kill in the middle."""
        home = self.home(place.place_id)
        home.mkdir(mode=0o700, exist_ok=True)
        write(home / _name(place), asdict(place))

    def forget(self, place: Place) -> None:
        """The first step of deleting: what is left of the folder is thrown away at the next start at the latest."""
        (self.home(place.place_id) / _name(place)).unlink(missing_ok=True)

    def places(self) -> Iterator[Place]:
        """Everything that is kept, once what was begun and not finished has been thrown away."""
        _sweep(self._folder, _NOTES)
        whole = {"", *self._noted(_BATCHES, [])}
        for home in sorted(path for path in self._folder.iterdir() if _HOME.fullmatch(path.name)):
            _sweep(home, _FILES)
            place = next((_read(home / name) for name in _FILES if (home / name).exists()), None)
            if place and place.batch in whole:
                yield place
            else:
                self.throw_away(home.name)

    def throw_away(self, place_id: str) -> None:
        """Remove a folder that belongs to nothing."""
        logger.info("%s was not finished, or not removed to the end: it is thrown away", place_id)
        shutil.rmtree(self.home(place_id), ignore_errors=True)

    def seeded(self) -> set[str]:
        """The seeds that have been here: one that is gone now was deleted."""
        return set(self._noted(_SEEDED, []))

    def note_seeded(self, place_ids: set[str]) -> None:
        """From now on these seeds are clusters like any other."""
        write(self._folder / _SEEDED, sorted(place_ids))

    def time_added(self) -> float:
        """What tests have added to the clock."""
        return float(self._noted(_CLOCK, 0.0))

    def note_time_added(self, seconds: float) -> None:
        """The clock does not go back at the next start."""
        write(self._folder / _CLOCK, seconds)

    def note_whole(self, batch: str) -> None:
        """From now on the places of this batch are kept. Without this the next start throws them away."""
        write(self._folder / _BATCHES, [*self._noted(_BATCHES, []), batch])

    def _noted(self, name: str, default: Any) -> Any:
        path = self._folder / name
        try:
            return json.loads(path.read_text())
        except FileNotFoundError:
            return default
        except ValueError as error:
            raise SandboxError(f"{path} cannot be read; remove it to go on without it.") from error


def write(path: Path, content: object) -> None:
    """JSON, in one step. Not flushed to the disk: a killed sandbox loses nothing, a machine without power may."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(content, file, ensure_ascii=False, indent=1)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _sweep(folder: Path, names: Iterable[str]) -> None:
    for name in names:
        for draft in folder.glob(f".{name}.*"):
            draft.unlink()


def _name(place: Place) -> str:
    return next(name for name, kind in _FILES.items() if isinstance(place, kind))


def _read(path: Path) -> Place:
    try:
        return _FILES[path.name].from_json(json.loads(path.read_text()))
    except (ValueError, KeyError, TypeError) as error:
        raise SandboxError(f"{path} cannot be read; remove its folder to go on without it.") from error
