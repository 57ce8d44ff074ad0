"""Finding one table by its name, as the reader sees it; and statements about it, within the usual limits."""

from dataclasses import dataclass

from mcpserver.sql.fetch import Table
from mcpserver.sql.job import Statement
from mcpserver.sql.schemas.looked import FoundTable, databases, found_table, like_it, names_in
from mcpserver.sqlgate import is_system_schema
from mcpserver.tools.find import find_branch, find_cluster, near_names
from mcpserver.tools.reader import Reader, reader_of
from mcpserver.tools.reading import default_limits, read_as, refuse_system
from mcpserver.tools.spec import Call
from tidbmcp.lib.errors import NotFound


@dataclass
class Looker:
    """Runs fixed statements, one after the other, as the reader of one place. `cut`: an answer was not whole."""

    call: Call
    reader: Reader
    cut: bool = False

    async def ask(self, sql: str) -> Table:
        """One of them, within the limits of any read. What `read_as` raises."""
        table = await read_as(self.call, self.reader, Statement(sql), default_limits())
        self.cut = self.cut or bool(table.cut)
        return table


async def look_at(call: Call, cluster: str, branch: str | None) -> Looker:
    """The way to the SQL of a cluster, or of a branch of it."""
    found = await find_cluster(call, cluster)
    place = await find_branch(call, found, branch) if branch else None
    return Looker(call, await reader_of(found, call, "", place))


async def find_table(looker: Looker, database: str, table: str) -> FoundTable:
    """The one of exactly this name, else the only one that differs in case. NotFound, with near ones, where there is none."""
    refuse_system(database)
    candidates = [found_table(row) for row in (await looker.ask(like_it(database, table))).rows]
    exact = [one for one in candidates if one.name == table]
    if len(exact or candidates) == 1:
        return (exact or candidates)[0]
    await refuse_unknown_database(looker, database)
    known = [row[0] for row in (await looker.ask(names_in(database))).rows]
    near = near_names(table, known) or " It has none."
    raise NotFound(f"There is no table {table!r} in {database}.{near} show_tables lists all.")


async def refuse_unknown_database(looker: Looker, database: str) -> None:
    """Raise NotFound, with the names there are, unless the reader sees a database of this name."""
    known = [str(row[0]) for row in (await looker.ask(databases())).rows]
    if database.lower() not in map(str.lower, known):
        shown = ", ".join(name for name in known[:50] if not is_system_schema(name))
        raise NotFound(f"There is no database {database!r}. There are: {shown}.")
