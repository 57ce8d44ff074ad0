"""The product for a client that can't send a token: the developer's is added on the way in. Only tests serve this."""

import json
import os
from pathlib import Path

from starlette.types import Receive, Scope, Send

from tidbmcp.asgi import application as product

RUN = Path(os.environ["LOCAL_FOLDER"]) / "run.json"
AUTHORIZATION = b"Bearer " + json.loads(RUN.read_text())["tokens"]["developer"].encode()


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "http":
        scope = {**scope, "headers": [*scope["headers"], (b"authorization", AUTHORIZATION)]}
    await product(scope, receive, send)
