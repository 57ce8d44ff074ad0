"""`/_sandbox`: where tests set the clock, order faults, read what was asked and change limits. No key is needed."""

import re
from dataclasses import replace
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from mcpserver.sandbox import options
from mcpserver.sandbox.api.answers import ApiError
from mcpserver.sandbox.api.faults import NAMES, Fault, Faults
from mcpserver.sandbox.api.record import Requests
from mcpserver.sandbox.api.shapes import Shape, choice, integer, read, record, refuse, text
from mcpserver.sandbox.cloud import Cloud
from mcpserver.sandbox.errors import SandboxError

PATH: Final = "/_sandbox"
CHANGEABLE: Final = (
    "create_seconds", "restore_seconds", "late_fields", "requests_per_minute", "count_challenges", "free_clusters",
    "clusters", "branches", "after_delete",
)  # fmt: skip


def _seconds(value: Any, where: str) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= options.MOST:
        raise refuse(where, f"must be a number of seconds, {options.MOST} at most")
    return float(value)


def _pattern(value: Any, where: str) -> re.Pattern[str]:
    try:
        return re.compile(text()(value, where))
    except re.error:
        raise refuse(where, "must be a regular expression") from None


_CLOCK: Final[Shape] = record({"advance": _seconds}, required=("advance",))
_FAULT: Final[Shape] = record(
    {"fault": choice(*NAMES), "method": text(), "path": _pattern, "times": integer(1), "seconds": _seconds},
    required=("fault",),
)


def build(cloud: Cloud, faults: Faults, requests: Requests) -> Starlette:
    """Its own application, beside that of the API."""

    async def advance(request: Request) -> Response:
        cloud.clock.advance(_CLOCK(await read(request), "")["advance"])
        return JSONResponse({"now": cloud.clock.now()})

    async def order(request: Request) -> Response:
        sent = _FAULT(await read(request), "")
        faults.order(Fault(sent.pop("fault"), **sent))
        return JSONResponse({})

    async def clear_faults(_: Request) -> Response:
        faults.clear()
        return JSONResponse({})

    async def list_requests(_: Request) -> Response:
        return JSONResponse({"requests": list(requests)})

    async def clear_requests(_: Request) -> Response:
        requests.clear()
        return JSONResponse({})

    async def configure(request: Request) -> Response:
        values = await read(request)
        for name, value in values.items():
            _check(name, value)
        cloud.config = replace(cloud.config, **values)
        return JSONResponse({})

    routes = [
        Route("/clock", advance, methods=["POST"]),
        Route("/faults", order, methods=["POST"]),
        Route("/faults", clear_faults, methods=["DELETE"]),
        Route("/requests", list_requests, methods=["GET"]),
        Route("/requests", clear_requests, methods=["DELETE"]),
        Route("/config", configure, methods=["PATCH"]),
    ]
    return Starlette(routes=[Mount(PATH, routes=routes)], exception_handlers={ApiError: _refused})


def _check(name: str, value: object) -> None:
    if name not in CHANGEABLE:
        raise refuse(name, "cannot be changed while the sandbox runs")
    try:
        options.check(name, value)
    except SandboxError as error:
        raise refuse(name, str(error)) from None


def _refused(request: Request, error: Exception) -> Response:
    del request
    return JSONResponse({"message": str(error)}, 400)
