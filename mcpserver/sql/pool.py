"""Kept connections, a few for each login of a cluster or branch. Taken by one thread at a time, given back clean."""

import logging
from collections import defaultdict
from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import Final

import MySQLdb

from mcpserver.sql.errors import SqlUnsafe
from mcpserver.sql.session import Session, Target, open_session
from tidbmcp.lib.secrets import Secret

logger = logging.getLogger(__name__)

LIFETIME: Final = 300.0
"""Seconds: TiDB Cloud on AWS drops a connection that is idle for 340 s, and may cut one that is 30 minutes old."""

PING_AFTER: Final = 10.0
"""Seconds of idleness after which a connection is asked whether it still lives before it is used."""

LOOK_AFTER: Final = 60.0
"""Seconds after which it is looked up again what a kept connection's login may do."""

IDLE_MOST: Final = 8
"""Idle connections kept for one login."""

IDLE_MOST_OVER_ALL: Final = 64
"""Idle connections kept in all: each holds a file of this process and a place on somebody's server."""


class Pool:
    """Sessions by target. `clock` is in seconds."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._idle: dict[Target, list[tuple[float, Session]]] = defaultdict(list)

    def take(self, target: Target, password: Callable[[], Secret]) -> Session:
        """A session that lives. `password` is asked for only where a new connection must be made."""
        while (idle := self._pop(target)) is not None:
            since, session = idle
            try:
                well = self._is_well(since, session)
            except BaseException:
                session.close()
                raise
            if well:
                return session
            session.close()
        return open_session(target, password())

    def give_back(self, session: Session) -> None:
        """Keep it for the next one. Only for sessions that carried nothing but reads, and carried them to their end."""
        with self._lock:
            kept = self._idle[session.target]
            kept.append((self._clock(), session))
            extra = kept.pop(0)[1] if len(kept) > IDLE_MOST else self._oldest_over_all()
        if extra:
            extra.close()

    def _oldest_over_all(self) -> Session | None:
        """Whom to close where there are too many over all targets: names of databases make targets, and callers make names."""
        if sum(map(len, self._idle.values())) <= IDLE_MOST_OVER_ALL:
            return None
        target = min(
            (target for target, kept in self._idle.items() if kept), key=lambda target: self._idle[target][0][0]
        )
        return self._idle[target].pop(0)[1]

    def sweep(self, *, everything: bool = False) -> None:
        """Close what has been there too long; at the end, everything."""
        moment = self._clock()
        with self._lock:
            old: list[Session] = []
            for target in list(self._idle):
                young = []
                for since, session in self._idle.pop(target):
                    if everything or moment - session.opened >= LIFETIME:
                        old.append(session)
                    else:
                        young.append((since, session))
                if young:
                    self._idle[target] = young
        for session in old:
            session.close()

    def _pop(self, target: Target) -> tuple[float, Session] | None:
        with self._lock:
            kept = self._idle.get(target)
            return kept.pop() if kept else None

    def _is_well(self, since: float, session: Session) -> bool:
        moment = self._clock()
        if moment - session.opened >= LIFETIME:
            return False
        if session.is_dead():
            return False
        try:
            if moment - session.looked >= LOOK_AFTER:
                session.look(moment)
            elif moment - since >= PING_AFTER:
                session.connection.ping()
        except MySQLdb.Error:
            return False
        except SqlUnsafe as error:
            about = session.target
            logger.warning(
                "a kept connection of %s to %s:%s is closed: %s", about.user, about.host, about.port, error.detail
            )
            return False
        return True


POOL: Final = Pool()
"""This process's connections."""
