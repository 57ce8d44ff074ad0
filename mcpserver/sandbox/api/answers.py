"""Errors in the shape of google.rpc.Status, as TiDB Cloud sends them."""

from collections.abc import Mapping
from typing import Final, cast

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

UNKNOWN_KEY: Final = {"code": 49900001, "message": "public_key not found", "details": []}
UNAUTHORIZED: Final = {"code": 401, "message": "unauthorized", "details": []}


class ApiError(Exception):
    """A refusal for the caller: the HTTP status, which is the code as well, and a sentence."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def api_error(request: Request, error: Exception) -> Response:
    """What the endpoints refuse."""
    refusal = cast("ApiError", error)
    return _answer(request, refusal.status, refusal.message)


def http_error(request: Request, error: Exception) -> Response:
    """What Starlette refuses by itself: unknown paths and methods."""
    refusal = cast("HTTPException", error)
    return _answer(request, refusal.status_code, refusal.detail, refusal.headers)


def internal_error(request: Request, error: Exception) -> Response:
    """What nobody thought of. The error itself is logged, and goes nowhere else."""
    del error
    return _answer(request, 500, "Internal server error.")


def _answer(request: Request, status: int, message: str, headers: Mapping[str, str] | None = None) -> Response:
    details = [{"requestId": request.state.trace_id}]
    return JSONResponse({"code": status, "message": message, "details": details}, status, headers)
