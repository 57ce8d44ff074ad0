"""ASGI wrapper that makes the ordered faults happen, between the gate and the operations."""

import json
from collections.abc import Callable
from typing import Any, Final

from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mcpserver.sandbox.api import connections
from mcpserver.sandbox.api.answers import Service
from mcpserver.sandbox.api.faults import AFTERWARDS, CHANGES, INSTEAD, Fault, Faults
from mcpserver.sandbox.api.limits import Count

_REFUSALS: Final = {
    "internal_error": (500, "Internal server error."),
    "forbidden": (403, "permission denied"),
    "payment_required": (402, "payment required"),
    "conflict": (409, "conflict with the current state"),
}


class Troubles:
    """One request can meet one fault of each kind."""

    def __init__(self, app: ASGIApp, service: Service, faults: Faults) -> None:
        self._app = app
        self._service = service
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request, as far as it is let."""
        if fault := self._faults.take(scope, INSTEAD):
            if fault.name == "dropped_before_apply":
                while (await receive()).get("more_body", False):
                    pass  # whoever sends slowly is not to see another error than who sends at once
                await connections.cut(scope, receive)
            else:
                await self._answer(fault, scope)(scope, receive, send)
            return
        change = self._faults.take(scope, CHANGES)
        late = self._faults.take(scope, AFTERWARDS)
        if not change and not late:
            await self._app(scope, receive, send)
            return
        messages: list[Message] = []
        await self._app(scope, receive, _keeping(messages))
        if late and late.name == "dropped_after_apply":
            await connections.cut(scope, receive)
            return
        if late:
            await self._faults.called_off(late.seconds)
        for message in _changed(messages, change.name) if change else messages:
            await send(message)

    def _answer(self, fault: Fault, scope: Scope) -> Response:
        match fault.name:
            case "rate_limited":
                return Count(100, 0, round(fault.seconds)).refusal(self._service)
            case "unavailable_html":
                return HTMLResponse("<html><body>503 Service Temporarily Unavailable</body></html>", 503)
            case "not_json":
                return PlainTextResponse("upstream said nothing{", 200, media_type="application/json")
            case "redirect":
                return RedirectResponse("http://127.0.0.1:9/elsewhere", 302)
        status, message = _REFUSALS[fault.name]
        return JSONResponse(self._service.error(status, status, message, scope["state"]["trace_id"]), status)


def _keeping(messages: list[Message]) -> Callable[[Message], Any]:
    async def keep(message: Message) -> None:
        messages.append(message)

    return keep


def _changed(messages: list[Message], name: str) -> list[Message]:
    start, *rest = messages
    body = json.loads(b"".join(message.get("body", b"") for message in rest))
    content = json.dumps(_with(name, body)).encode()
    headers = [(key, value) for key, value in start["headers"] if key != b"content-length"]
    headers.append((b"content-length", str(len(content)).encode()))
    return [{**start, "headers": headers}, {"type": "http.response.body", "body": content}]


def _with(name: str, value: Any) -> Any:
    """The same JSON, changed wherever the change fits."""
    if isinstance(value, list):
        return [_with(name, part) for part in value]
    if not isinstance(value, dict):
        return value
    result = {key: _with(name, part) for key, part in value.items()}
    match name:
        case "empty_spending_limit" if "spendingLimit" in value:
            result["spendingLimit"] = {}
        case "null_provider" if "regionId" in value:
            result["provider"] = None
        case "null_cluster_plan" if "clusterPlan" in value:
            result["clusterPlan"] = None
        case "unknown_fields":
            result["xNewField"] = {"since": "tomorrow", "values": [1, None]}
    return result
