"""How a program connects to a cluster: its address, and what such an address looks like. No secrets."""

from typing import Annotated, Any, Final
from urllib.parse import quote

from pydantic import BaseModel, Field

from accounts.scopes import Scope
from mcpserver.sql.session import needs_tls
from mcpserver.tools.arguments import DatabaseName, PlaceArguments
from mcpserver.tools.find import find_branch, find_cluster
from mcpserver.tools.reader import endpoint_of
from mcpserver.tools.reading import refuse_system
from mcpserver.tools.spec import Call, Effect, tool

USER, PLACE_OF_PASSWORD, DATABASE = "app", "<password>", "test"
CA: Final = "/etc/ssl/certs/ca-certificates.crt"
"""Where Debian and its kin keep the certificates that TiDB Cloud's are checked with."""


class ConnectionArguments(PlaceArguments):
    """A cluster or branch, and a database for the examples."""

    database: Annotated[DatabaseName | None, Field(description="Database that the examples name.")] = None


class Example(BaseModel):
    """A line for one program."""

    program: str
    text: str


class ConnectionAnswer(BaseModel):
    """Where it is, and how it is reached."""

    cluster_id: str
    display_name: str | None
    branch_id: str | None
    host: str
    port: int
    tls_required: bool
    user_prefix: str | None
    examples: list[Example]
    next_step: str


@tool(
    "get_connection_info",
    title="Get connection info",
    description=(
        "Tells how a program connects to a cluster or branch: host, port, TLS, the prefix of its user names, and example "
        "strings with a place for the secret. For code you write; to query from here use db_query. Cheap."
    ),
    scope=Scope.READ,
    effect=Effect.READS,
    arguments=ConnectionArguments,
    output=ConnectionAnswer,
)
async def get_connection_info(call: Call, arguments: ConnectionArguments) -> dict[str, Any]:
    """From the API. The vault is not opened."""
    if arguments.database:
        refuse_system(arguments.database)
    found = await find_cluster(call, arguments.cluster)
    branch = await find_branch(call, found, arguments.branch) if arguments.branch else None
    host, port = endpoint_of(branch or found.cluster)
    prefix = (branch or found.cluster).user_prefix
    encrypted = needs_tls(host)
    user = f"{prefix}.{USER}" if prefix else USER
    return {
        "cluster_id": found.cluster.cluster_id,
        "display_name": (branch or found.cluster).display_name,
        "branch_id": branch.branch_id if branch else None,
        "host": host,
        "port": port,
        "tls_required": encrypted,
        "user_prefix": prefix,
        "examples": examples(host, port, user, arguments.database or DATABASE, encrypted=encrypted),
        "next_step": (
            f"Every SQL user is named with the prefix in front: {user} for a user {USER}. Ask for a user of its own with "
            "db_create_user; whoever asks sees its secret once, on a page. Keep it in the program's environment."
        ),
    }


def examples(host: str, port: int, user: str, database: str, *, encrypted: bool) -> list[dict[str, str]]:
    """Lines to copy; a name with odd characters is written as a URL wants it."""
    address = f"{quote(user, safe='.')}:{PLACE_OF_PASSWORD}@{host}:{port}/{quote(database, safe='')}"
    flags = f" --ssl-mode=VERIFY_IDENTITY --ssl-ca={CA}" if encrypted else ""
    ends = {
        "mysqlclient": f"?ssl_mode=VERIFY_IDENTITY&ssl_ca={CA}",
        "go": "?tls=true",
        "jdbc": "&sslMode=VERIFY_IDENTITY",
        "node": '?ssl={"minVersion":"TLSv1.2"}',
    }
    end = ends if encrypted else dict.fromkeys(ends, "")
    jdbc = f"jdbc:mysql://{host}:{port}/{quote(database, safe='')}?user={quote(user, safe='.')}"
    go = f"{user}:{PLACE_OF_PASSWORD}@tcp({host}:{port})/{quote(database, safe='')}"
    lines = {
        "mysql": f"mysql -h {host} -P {port} -u {user}{flags} -p",
        "SQLAlchemy with mysqlclient": f"mysql+mysqldb://{address}{end['mysqlclient']}",
        "Node.js mysql2": f"mysql://{address}{end['node']}",
        "Go go-sql-driver/mysql": f"{go}{end['go']}",
        "JDBC": f"{jdbc}&password={PLACE_OF_PASSWORD}{end['jdbc']}",
    }
    return [{"program": program, "text": text} for program, text in lines.items()]
