"""Errors as TiDB Cloud sends them: google.rpc.Status on the serverless host, a body of its own on the IAM host."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from mcpserver.sandbox.errors import SandboxError

logger = logging.getLogger(__name__)

UNKNOWN_KEY: Final = (49900001, "public_key not found")
UNAUTHORIZED: Final = (401, "unauthorized")
OVER_THE_LIMIT: Final = 49900007


class ApiError(Exception):
    """A refusal for the caller: the HTTP status, which is the code as well, and a sentence."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass(frozen=True)
class Service:
    """One of the two hosts, and how it words an error: status, code, message, and a trace id or none."""

    name: str
    error: Callable[[int, int, str, str], dict[str, Any]]


def _status(status: int, code: int, message: str, trace_id: str) -> dict[str, Any]:
    del status
    return {"code": code, "message": message, "details": [{"requestId": trace_id}] if trace_id else []}


def _iam(status: int, code: int, message: str, trace_id: str) -> dict[str, Any]:
    del trace_id
    known = code if code > 599 else 49900000 + code
    return {"code": str(known), "msgPrefix": "iam", "status": status, "error": {"message": message}}


SERVERLESS: Final = Service("serverless", _status)
IAM: Final = Service("iam", _iam)


def api_error(request: Request, error: Exception) -> Response:
    """What the endpoints refuse."""
    refusal = cast("ApiError", error)
    return _answer(request, refusal.status, refusal.message)


def gone(request: Request, error: Exception) -> Response:
    """Deleted while the request waited."""
    del error
    return _answer(request, 404, "not found")


def wrong_user(request: Request, error: Exception) -> Response:
    """Removed by SQL, which the list of users does not know of."""
    del error
    return _answer(request, 404, "sql user not found")


def http_error(request: Request, error: Exception) -> Response:
    """What Starlette refuses by itself: unknown paths and methods."""
    refusal = cast("HTTPException", error)
    return _answer(request, refusal.status_code, refusal.detail, refusal.headers)


def sandbox_error(request: Request, error: Exception) -> Response:
    """A database did not do what it should. Its sentence is for the log."""
    logger.error("%s %s: %s", request.method, request.url.path, cast("SandboxError", error))
    return _answer(request, 500, "Internal server error.")


def internal_error(request: Request, error: Exception) -> Response:
    """What nobody thought of. The error itself is logged, and goes nowhere else."""
    del error
    return _answer(request, 500, "Internal server error.")


def _answer(request: Request, status: int, message: str, headers: Mapping[str, str] | None = None) -> Response:
    service: Service = request.app.state.service
    return JSONResponse(service.error(status, status, message, request.state.trace_id), status, headers)
