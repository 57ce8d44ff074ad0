"""The corridor that every tool call walks, and nothing goes round.

known? -> arguments valid? -> allowed? -> intent recorded -> run -> outcome recorded -> answer shaped

It knows nothing of the SDK or of HTTP.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from time import monotonic
from typing import Any, Final

import orjson
from anyio import CancelScope
from django.conf import settings
from pydantic import ValidationError

from accounts.principal import Principal
from audit.facts import Facts
from audit.kinds import Kind, Result
from audit.models import Event, event_of
from audit.writer import WRITER
from mcpserver.rights import Allow, Ceiling, Hide, Refuse, is_listed, verdict
from mcpserver.sqlgate import fingerprint
from mcpserver.tools import TOOLS, Tool
from mcpserver.tools.spec import Call, Effect, Progress, unseen
from tidbmcp.lib.errors import AuditUnavailable, BadInput, GatewayError, Refused
from tidbmcp.lib.ids import new_id
from tidbmcp.lib.threads import in_control_thread, uncancelled

logger = logging.getLogger(__name__)


SHORT: Final = 1_000
"""Characters of arguments."""

GONE: Final = "the client went away, or the server stopped"


class UnknownTool(Exception):
    """There is no such tool, or none that this caller may know of. A protocol fault, not a result."""


@dataclass(frozen=True)
class Context:
    """What a call brings along beside its arguments."""

    facts: Facts
    read_only: bool = False
    progress: Progress = unseen


@dataclass(frozen=True)
class Outcome:
    """What the caller gets: one object, and the same as compact JSON; or a sentence, where it is an error."""

    text: str
    structured: dict[str, Any] | None = None

    @property
    def is_error(self) -> bool:
        """Whether the call failed or was refused."""
        return self.structured is None


def ceiling() -> Ceiling:
    """The deployment's, from its settings."""
    return Ceiling(settings.MCP_READ_ONLY, f"{settings.SITE_URL}/me/tokens/")


def listed(principal: Principal, context: Context) -> list[Tool[Any]]:
    """The tools that this caller sees, in their fixed order."""
    return [tool for tool in TOOLS.values() if is_listed(_verdict(tool, principal, context))]


async def call(principal: Principal, name: str, arguments: Mapping[str, Any], context: Context) -> Outcome:
    """Make one call. Every way out of here has left its row in the audit, or answers that it could not.

    Raises UnknownTool; CancelledError passes through, once what ran is stopped and recorded.
    """
    walk = _Walk(principal, name, arguments, context)
    try:
        return await _end(walk)
    except AuditUnavailable as error:
        return walk.unrecorded(error)


async def _end(walk: "_Walk") -> Outcome:
    """Walk, and record how it ended. AuditUnavailable passes through."""
    try:
        answer = await walk.run()
        text = _encoded(answer)
        await walk.record(Result.CUT if walk.call.cut else Result.OK, size=len(text))
        return Outcome(text, answer)
    except AuditUnavailable:
        raise
    except UnknownTool:
        await walk.record(Result.REFUSED, "there is no such tool")
        raise
    except asyncio.CancelledError:
        await walk.record_cancelled()
        raise
    except GatewayError as error:
        return await walk.failed(error, _result_of(error))
    except Exception as error:
        # The last wall: whatever a tool forgot becomes one calm sentence, and its reason goes to the log.
        logger.exception("call %s of %s failed", walk.call.facts.call_id, walk.name[:100])
        public = "Something failed on our side; it is in the log under this request id."
        return await walk.failed(GatewayError(public, detail=type(error).__name__), Result.ERROR)


class _Walk:
    """One call on its way through the corridor."""

    def __init__(self, principal: Principal, name: str, arguments: Mapping[str, Any], context: Context) -> None:
        self.name = name
        self.arguments = arguments
        self.context = context
        self.started = monotonic()
        self.began = self.ended = False
        facts = replace(context.facts, call_id=new_id())
        self.call = Call(principal, facts, context.read_only, context.progress)

    async def run(self) -> dict[str, Any]:
        """Up to the tool's answer."""
        tool = TOOLS.get(self.name)
        if tool is None:
            raise UnknownTool
        found = _verdict(tool, self.call.principal, self.context)
        if isinstance(found, Hide):
            raise UnknownTool
        try:
            arguments = tool.arguments.model_validate(dict(self.arguments))
        except ValidationError as error:
            raise BadInput(_sentence(tool, error)) from None
        match found:
            case Allow():
                pass
            case Refuse(reason):
                raise Refused(reason)
        if tool.effect is not Effect.READS:
            await self.record(Result.STARTED, kind=Kind.CALL_STARTED)
            self.began = True
        return await tool.run(self.call, arguments)

    async def failed(self, error: GatewayError, result: Result) -> Outcome:
        """Record a call that did not end well, and answer it with the id by which an admin finds it."""
        why = error.detail or error.recorded
        logger.info("call %s of %s: %s (%s)", self.call.facts.call_id, self.name[:100], error.code, why)
        await self.record(result, error.recorded)
        return self._sentence(self._with_what_happened(error.public))

    def unrecorded(self, error: AuditUnavailable) -> Outcome:
        """The answer to a call whose end could not be written: what it found is withheld."""
        logger.error("call %s of %s not answered: %s", self.call.facts.call_id, self.name[:100], error.detail)
        if not self.began:
            return self._sentence(error.public)
        sentence = "The call ran, but how it ended could not be recorded. Look before you try again."
        return self._sentence(self._with_what_happened(sentence))

    def _with_what_happened(self, sentence: str) -> str:
        return f"{sentence} Mind: {self.call.happened}." if self.call.happened else sentence

    def _sentence(self, public: str) -> Outcome:
        return Outcome(f"{public} (request {self.call.facts.request_id})")

    async def record_cancelled(self) -> None:
        """The row of a call that was stopped; what is recorded here is not cancelled in turn."""
        with CancelScope(shield=True):
            try:
                stands = "; ".join(filter(None, (GONE, self.call.happened, self.call.pending)))
                await self.record(Result.UNKNOWN if self.call.pending else Result.CANCELLED, stands)
            except AuditUnavailable as error:
                logger.error("call %s was cancelled, not recorded: %s", self.call.facts.call_id, error.detail)  # noqa: TRY400

    async def record(
        self, result: Result, error: str = "", *, size: int | None = None, kind: Kind = Kind.CALL_FINISHED
    ) -> None:
        """Write the call's row; when this returns it is committed."""
        if self.ended:
            return  # one row says how a call ended, also where a cancellation comes while it is written
        self.ended = kind is Kind.CALL_FINISHED
        duration = (monotonic() - self.started) * 1000
        make = partial(self._event, kind, result, error=error, duration_ms=duration, bytes=size)
        if self._is_short():
            await WRITER.write(make())
        else:
            await uncancelled(_write_later(make))

    def _is_short(self) -> bool:
        """Whether the row can be made here: taking long arguments apart must not hold up the event loop."""
        values = self.arguments.values()
        texts = sum(len(value) if isinstance(value, str) else 0 for value in values) + len(self.call.sql)
        nested = any(isinstance(value, dict | list) for value in values)
        return len(values) < 20 and texts < SHORT and not nested

    def _event(self, kind: Kind, result: Result, **about: Any) -> Event:
        parameters = self._known_arguments()
        statement = fingerprint(_statements(parameters) or self.call.sql)
        return event_of(
            kind,
            result,
            self.call.facts,
            tool=self.name,
            cluster=self.call.cluster or _text(parameters.get("cluster", parameters.get("display_name"))),
            cluster_id=self.call.cluster_id,
            branch=self.call.branch or _text(parameters.get("branch")),
            parameters=parameters | self.call.noted,
            sql=statement.text,
            sql_digest=statement.digest,
            rows=self.call.rows,
            **about,
        )

    def _known_arguments(self) -> dict[str, Any]:
        """The arguments that the tool has; of others only the names, because nobody knows what their values are."""
        fields = TOOLS[self.name].arguments.model_fields if self.name in TOOLS else {}
        known = {name: value for name, value in self.arguments.items() if name in fields}
        unknown = sorted(name[:60] for name in self.arguments if name not in fields)[:20]
        return known | ({"unknown arguments": unknown} if unknown else {})


async def _write_later(make: Callable[[], Event]) -> None:
    await WRITER.write(await in_control_thread(make))


def _verdict(tool: Tool[Any], principal: Principal, context: Context) -> Allow | Refuse | Hide:
    read_only = context.read_only
    return verdict(tool.scope, tool.effect, principal, ceiling(), request_read_only=read_only, also=tool.also)


def _result_of(error: GatewayError) -> Result:
    if error.outcome_unknown:
        return Result.UNKNOWN
    return Result.REFUSED if isinstance(error, Refused | BadInput) else Result.ERROR


def _encoded(answer: dict[str, Any]) -> str:
    return orjson.dumps(answer).decode()


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _statements(parameters: dict[str, Any]) -> str:
    """What SQL there is, taken out of the parameters: its literals are not kept."""
    found = [parameters.pop(name, None) for name in ("sql", "statements")]
    texts = [one for value in found for one in (value if isinstance(value, list) else [value])]
    return ";\n".join(_text(text) for text in texts if text)


def _sentence(tool: Tool[Any], error: ValidationError) -> str:
    """What is wrong with the arguments, without repeating their values."""
    faults = []
    for fault in error.errors(include_input=False, include_url=False, include_context=False)[:5]:
        where = ".".join(str(part) for part in fault["loc"])
        if fault["type"] == "extra_forbidden":
            faults.append(f"{where[:60]!r} is not an argument")
        elif fault["type"] == "string_pattern_mismatch" and (wanted := _described(tool, fault["loc"])):
            faults.append(f"{where} does not fit: {wanted.rstrip('.')}")
        else:
            message = fault["msg"]
            faults.append(f"{where}: {message[0].lower()}{message[1:]}")
    known = ", ".join(tool.arguments.model_fields) or "none"
    return f"{tool.name}: {'; '.join(faults)}. Its arguments: {known}."


def _described(tool: Tool[Any], place: tuple[int | str, ...]) -> str:
    """What the tool's schema says of an argument, which tells more than the pattern that it does not fit."""
    found: Any = tool.input_schema
    for part in place:
        found = found.get("properties", {}).get(part, {})
    return str(found.get("description", ""))
