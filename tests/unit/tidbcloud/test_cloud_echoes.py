"""A far end that repeats what it was sent, or says what nobody should read raw."""

import logging

import pytest

from mcpserver.tidbcloud.auth import BearerToken
from mcpserver.tidbcloud.echoes import strike
from mcpserver.tidbcloud.errors import CloudError
from mcpserver.tidbcloud.types import Cluster
from tests.unit.far_end import KEY, PRIVATE, Answer, FarEnd, client_of
from tidbmcp.lib.secrets import Secret

PASSWORD = Secret('pa55"w\\rd-ö/1')
TOKEN = "brr-planted-token"


def told(error: CloudError) -> str:
    """All that anybody could get to see of it."""
    return f"{error.public} {error.detail} {error.recorded}"


@pytest.mark.parametrize("status", [400, 402, 403, 409, 418, 500])
@pytest.mark.parametrize("credentials", [KEY, BearerToken(Secret(TOKEN))], ids=["digest", "bearer"])
async def test_the_key_never_comes_back(status: int, credentials: object, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "mcpserver")
    body = {"message": f"I know {PRIVATE} and {TOKEN}, of {PRIVATE}"}
    with FarEnd([Answer(status, body, {"X-Debug-Trace-Id": f"{PRIVATE}{TOKEN}"})] * 3) as far:
        client = client_of(far, key=credentials)  # type: ignore[arg-type]
        with pytest.raises(CloudError) as caught:
            await client.delete_cluster("7")
        await client.close()
    secret = PRIVATE if credentials is KEY else TOKEN
    assert secret not in told(caught.value) + caplog.text


@pytest.mark.parametrize("status", [400, 404, 409, 500])
async def test_about_a_password_the_far_end_is_not_quoted(status: int) -> None:
    said = f"{PASSWORD.reveal()} is weak"
    with FarEnd([Answer(status, {"message": said}), Answer(status, {"error": {"message": said}})]) as far:
        client = client_of(far)
        for ask in (
            client.create_sql_user("7", "reader", "role_readonly", PASSWORD),
            client.set_branch_password("7", "bran-1", "p.reader", PASSWORD),
        ):
            with pytest.raises(CloudError) as caught:
                await ask
            assert "weak" not in told(caught.value)
            assert "pa55" not in told(caught.value)
        await client.close()


def test_a_secret_is_found_as_json_and_addresses_write_it() -> None:
    text = r'pa55"w\rd-ö/1 | pa55\"w\\rd-\u00f6/1 | pa55%22w%5Crd-%C3%B6%2F1 | pa55'
    assert strike(text, [PASSWORD, Secret("pa55")]) == "[redacted] | [redacted] | [redacted] | pa55"


def test_texts_of_the_api_are_visible_and_not_too_long() -> None:
    cluster = Cluster.model_validate({"clusterId": "7", "state": "A\u202eB\x1b", "displayName": "x" * 10_000})
    assert cluster.state == "A⟦U+202E⟧B⟦U+001B⟧"
    assert len(cluster.display_name or "") == 500


@pytest.mark.parametrize("odd", ["../x", "a b", "", "1\u200b", "x" * 65])
def test_an_id_is_an_id(odd: str) -> None:
    with pytest.raises(ValueError, match="clusterId"):
        Cluster.model_validate({"clusterId": odd})
