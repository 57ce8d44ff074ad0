"""Finding a branch over all pages of the API; only the far end of the wire is ours."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from accounts.principal import Principal
from audit.facts import NOBODY
from mcpserver.tidbcloud.client import TidbCloud
from mcpserver.tidbcloud.types import Cluster
from mcpserver.tools import find
from mcpserver.tools.spec import Call
from mcpserver.vault.models import TidbCloudConnection
from tidbmcp.lib.errors import BadInput, NotFound
from tidbmcp.lib.ids import new_id
from tidbmcp.lib.secrets import Secret

PAGES = {
    "": {"branches": [{"branchId": "bran-1", "displayName": "try"}], "nextPageToken": "two"},
    "two": {"branches": [{"branchId": "bran-2", "displayName": "bran-1"}, {"branchId": "bran-3", "displayName": "twin"},
                         {"branchId": "bran-4", "displayName": "twin"}]},
}  # fmt: skip


class Api(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = json.dumps(PAGES[parse_qs(urlsplit(self.path).query).get("pageToken", [""])[0]]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        return


@pytest.fixture
def address() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Api) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/v1beta1"
        server.shutdown()
        thread.join()


async def found(address: str, wanted: str, monkeypatch: pytest.MonkeyPatch) -> str:
    client = TidbCloud(name="far end", api_url=address, public_key="k", private_key=Secret("s"))

    async def ready(*args: object) -> TidbCloud:
        return client

    monkeypatch.setattr(find, "cloud", ready)
    call = Call(Principal(1, "bob", new_id(), "tmcp_bob", frozenset(), False), NOBODY, False)
    place = find.Found(TidbCloudConnection(name="far end"), Cluster(cluster_id="7"))
    try:
        return (await find.find_branch(call, place, wanted)).branch_id
    finally:
        await client.close()


@pytest.mark.parametrize(("wanted", "branch_id"), [("try", "bran-1"), ("bran-3", "bran-3"), ("bran-1", "bran-1")])
async def test_an_id_or_a_name_finds_it_and_an_id_beats_an_equal_name(
    address: str, wanted: str, branch_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await found(address, wanted, monkeypatch) == branch_id


async def test_a_name_that_two_have_asks_for_the_id(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadInput, match="2 branches are named 'twin'"):
        await found(address, "twin", monkeypatch)


async def test_an_unknown_one_lists_what_there_is(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotFound, match="There are: try, bran-1, twin, twin"):
        await found(address, "nope", monkeypatch)
