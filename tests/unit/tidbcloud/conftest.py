"""A far end of the wire and a client of it, for tests that need them."""

from collections.abc import AsyncIterator, Iterator

import pytest

from mcpserver.tidbcloud.client import TidbCloud
from tests.unit.far_end import FarEnd, client_of


@pytest.fixture
def far() -> Iterator[FarEnd]:
    with FarEnd() as far_end:
        yield far_end


@pytest.fixture
async def client(far: FarEnd) -> AsyncIterator[TidbCloud]:
    made = client_of(far)
    yield made
    await made.close()
