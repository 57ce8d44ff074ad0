"""Where a list goes on: a page token of ours says it, unsigned, because it opens nothing."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field

from mcpserver.tidbcloud.errors import CloudRejected
from mcpserver.tools.spec import Arguments, PageSize, PageToken
from tidbmcp.lib.errors import BadInput, GatewayError


class Mark(BaseModel):
    """A place in a list."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Start(Mark):
    """In a list that we hold whole: the number of the first row."""

    start: int = Field(ge=0)


class Onward(Mark):
    """In a list of the API: its own token, which is bound to the size of its pages, and what the list is of."""

    of: str = ""
    token: str | None = None
    size: int = Field(ge=1, le=100)
    skip: int = Field(ge=0, le=100, default=0)
    """Rows at the beginning that an earlier page has shown."""


M = TypeVar("M", bound=Mark)


class ListArguments(Arguments):
    """A page of something."""

    page_size: PageSize = 20
    page_token: PageToken = None


def write_token(mark: Mark) -> str:
    """As the caller sees it."""
    return urlsafe_b64encode(mark.model_dump_json().encode()).decode()


def read_token(token: str, kind: type[M]) -> M:
    """BadInput where it is not one of ours."""
    try:
        return kind.model_validate_json(urlsafe_b64decode(token.encode()))
    except ValueError:
        raise BadInput("This page_token is not one of this list. Leave it out to start again.") from None


def not_taken(mark: Onward, error: CloudRejected) -> GatewayError:
    """What to raise where the API refuses a page: about a token of its own, what to do with it."""
    if mark.token is None:
        return error
    return BadInput("This page_token is not taken any more. Leave it out to start again.", detail=error.detail)


def onward(arguments: ListArguments) -> Onward:
    """Where this call's page begins."""
    return read_token(arguments.page_token, Onward) if arguments.page_token else Onward(size=arguments.page_size)
