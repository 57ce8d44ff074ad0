"""What every changing tool answers, and what it takes to confirm a deletion."""

from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

from pydantic import BaseModel, Field

from mcpserver.tools.find import forget_addresses
from mcpserver.tools.spec import Arguments, Call
from tidbmcp.lib.errors import BadInput, GatewayError
from tidbmcp.lib.threads import uncancelled

T = TypeVar("T")


class ChangeAnswer(BaseModel):
    """One flat object: what became of it, and what to do next."""

    status: Annotated[str, Field(description="done, or in_progress where it goes on by itself.")]
    action: Annotated[str | None, Field(description="The decision by a person that this waits for; null for none.")]
    next_step: str | None


def outcome(next_step: str | None = None) -> dict[str, str | None]:
    """The fields of ChangeAnswer: done, unless something is still to come and here is what to do about it."""
    return {"status": "in_progress" if next_step else "done", "action": None, "next_step": next_step}


Wait = Annotated[
    bool, Field(description="Wait until it is ready, up to some minutes, with progress; else answer at once.")
]
Reason = Annotated[str | None, Field(max_length=500, description="Why, in a sentence: it is kept in the audit.")]


class DeleteArguments(Arguments):
    """Against slips: what is deleted is named twice. This never decides anything by itself."""

    confirm: Annotated[bool, Field(description="true, after the user has agreed; false only tells what would be lost.")]
    confirm_name: Annotated[str, Field(max_length=100, description="The exact display name of what is to be deleted.")]
    reason: Reason = None


def confirmed(arguments: DeleteArguments, name: str, lost: str) -> None:
    """BadInput, which says what would be lost, unless the call confirms this deletion by its exact name."""
    if arguments.confirm and arguments.confirm_name == name:
        return
    wrong = "" if arguments.confirm_name in ("", name) else " confirm_name is not its name."
    raise BadInput(
        f"Nothing was deleted.{wrong} It would delete {lost}. It can't be undone here. If that is what the user wants, "
        f"call again with confirm: true and confirm_name: {name!r}."
    )


async def carried_out(
    call: Call,
    work: Awaitable[T],
    asked: str,
    done: Callable[[T], str],
    then: Callable[[T], Awaitable[None]] | None = None,
) -> T:
    """Do what changes something, whether the caller stays or not; `asked` and `done` are for the audit if they don't.

    `then` is what belongs to it on our side.
    """

    async def all_of_it() -> T:
        call.pending = asked
        try:
            result = await work
        except GatewayError as error:
            if not error.outcome_unknown:
                call.pending = ""
            raise
        finally:
            forget_addresses()
        call.pending, call.happened = "", done(result)
        if then is not None:
            await then(result)
        return result

    return await uncancelled(all_of_it())
