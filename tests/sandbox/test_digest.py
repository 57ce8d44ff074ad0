"""Who gets in: digests that are right in every part, each counted once; anybody else gets a challenge."""

import hashlib
import re
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from mcpserver.sandbox.api.nonces import Nonces, Use
from tests.sandbox_process import SandboxProcess

TARGET = "/v1beta1/clusters?pageSize=1&skip=%30"
CHALLENGE = r'Digest realm="tidb.cloud", domain="", nonce="(\w+)", algorithm=MD5, qop="auth", stale=(true|false)'


class Caller:
    """A client that spells its own Authorization header."""

    def __init__(self, sandbox: SandboxProcess, http: httpx2.Client) -> None:
        self.facts = sandbox.facts
        self.http = http
        self.origin = sandbox.facts["api_url"].removesuffix("/v1beta1")

    def get(self, authorization: str | None = None, target: str = TARGET) -> httpx2.Response:
        headers = {"Authorization": authorization} if authorization else {}
        return self.http.get(self.origin + target, headers=headers)

    def nonce(self) -> str:
        return challenge(self.get())[0]

    def header(self, nonce: str, count: int = 1, *, key: str = "", **changed: str) -> str:
        """A right one, but for what is changed."""
        fields = {"username": self.facts["public_key"], "realm": "tidb.cloud", "nonce": nonce, "uri": TARGET}
        fields |= {
            "algorithm": "MD5",
            "qop": "auth",
            "nc": f"{count:08x}",
            "cnonce": "0a4f113b9c2d4e5f",
            "method": "GET",
        }
        fields |= {name: value for name, value in changed.items() if name != "response"}
        secret = md5(f"{fields['username']}:{fields['realm']}:{key or self.facts['private_key']}")
        request = md5(f"{fields.pop('method')}:{fields['uri']}")
        middle = ":".join(fields[name] for name in ("nonce", "nc", "cnonce", "qop"))
        fields["response"] = changed.get("response", md5(f"{secret}:{middle}:{request}"))
        return "Digest " + ", ".join(f'{name}="{value}"' for name, value in fields.items())


def md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


def challenge(answer: httpx2.Response) -> tuple[str, str]:
    assert answer.status_code == 401
    match = re.fullmatch(CHALLENGE, answer.headers["WWW-Authenticate"])
    assert match
    return match[1], match[2]


@pytest.fixture(scope="session")
def caller(sandbox: SandboxProcess) -> Any:
    with httpx2.Client() as http:
        yield Caller(sandbox, http)


def test_it_challenges_first(caller: Caller) -> None:
    answer = caller.get()
    assert challenge(answer)[1] == "false"
    assert answer.json() == {"code": 49900001, "message": "public_key not found", "details": []}
    assert answer.headers["X-Debug-Trace-Id"]


def test_it_challenges_before_it_says_what_exists(caller: Caller) -> None:
    challenge(caller.get(target="/v1beta1/nothing-here"))


def test_it_accepts_a_nonce_again_with_new_counts_in_any_order(caller: Caller) -> None:
    nonce = caller.nonce()
    assert [caller.get(caller.header(nonce, count)).status_code for count in (1, 3, 2, 0xFFFFFFFF)] == [200] * 4


def test_it_accepts_a_fresh_challenge_for_every_call(caller: Caller) -> None:
    assert [caller.get(caller.header(caller.nonce())).status_code for _ in range(3)] == [200] * 3


def test_it_reads_unquoted_and_escaped_values_and_other_cases(caller: Caller) -> None:
    quoted = caller.header(caller.nonce())
    bare = re.sub(r'(algorithm|qop|nc)="(\w+)"', r"\1=\2", quoted).replace("Digest username", "dIGEST   UserName")
    assert caller.get(bare.replace(" realm=", "realm = ").replace("tidb.cloud", r"tidb\.cloud")).status_code == 200


def test_it_refuses_a_count_that_was_used(caller: Caller) -> None:
    header = caller.header(caller.nonce())
    assert caller.get(header).status_code == 200
    replayed = caller.get(header)
    assert challenge(replayed)[1] == "false"
    assert replayed.json()["code"] == 401


def test_a_nonce_it_does_not_know_is_stale_for_who_holds_the_key(caller: Caller) -> None:
    answer = caller.get(caller.header("5f0c1d6b7a8e49d2b3c4d5e6f7081920"))
    nonce, stale = challenge(answer)
    assert (stale, answer.json()) == ("true", {"code": 401, "message": "unauthorized", "details": []})
    assert caller.get(caller.header(nonce)).status_code == 200


def test_a_stranger_does_not_learn_whether_a_nonce_is_stale(caller: Caller) -> None:
    assert challenge(caller.get(caller.header("5f0c1d6b7a8e49d2b3c4d5e6f7081920", key="wrong")))[1] == "false"


REFUSED: dict[str, Callable[[Caller, str], str]] = {
    "a wrong private key": lambda c, n: c.header(n, key="00000000-0000-4000-8000-000000000000"),
    "an unknown public key": lambda c, n: c.header(n, username="NOBODY00"),
    "a public key beyond ASCII": lambda c, n: c.header(n, username="ABCD\u00e9"),
    "another realm": lambda c, n: c.header(n, realm="tidb"),
    "another method": lambda c, n: c.header(n, method="DELETE"),
    "another path": lambda c, n: c.header(n, uri="/v1beta1/regions"),
    "no query": lambda c, n: c.header(n, uri="/v1beta1/clusters"),
    "the query decoded": lambda c, n: c.header(n, uri="/v1beta1/clusters?pageSize=1&skip=0"),
    "a whole URL": lambda c, n: c.header(n, uri=c.origin + TARGET),
    "another algorithm": lambda c, n: c.header(n, algorithm="SHA-256"),
    "a session algorithm": lambda c, n: c.header(n, algorithm="MD5-sess"),
    "auth-int": lambda c, n: c.header(n, qop="auth-int"),
    "no qop": lambda c, n: c.header(n).replace(', qop="auth"', ""),
    "no cnonce": lambda c, n: c.header(n).replace(', cnonce="0a4f113b9c2d4e5f"', ""),
    "an empty cnonce": lambda c, n: c.header(n, cnonce=""),
    "a count of nothing": lambda c, n: c.header(n, nc="00000000"),
    "a short count": lambda c, n: c.header(n, nc="1"),
    "a count that is not hex": lambda c, n: c.header(n, nc="0000000g"),
    "an empty response": lambda c, n: c.header(n, response=""),
    "a response in capitals": lambda c, n: c.header(n, response=md5("x").upper()),
    "a name twice": lambda c, n: c.header(n) + f', nonce="{n}"',
    "an open quote": lambda c, n: c.header(n) + ', opaque="',
    "rubbish between": lambda c, n: c.header(n).replace(", realm", " ; realm"),
    "nothing after the scheme": lambda c, n: "Digest",
    "Basic": lambda c, n: "Basic RVhQVUJLRVk6c2VjcmV0",
    "Bearer": lambda c, n: "Bearer abc",
}


@pytest.mark.parametrize("spell", REFUSED.values(), ids=REFUSED.keys())
def test_it_refuses(caller: Caller, spell: Callable[[Caller, str], str]) -> None:
    nonce = caller.nonce()
    header = spell(caller, nonce)
    answer = caller.http.get(caller.origin + TARGET, headers={b"Authorization": header.encode()})
    assert challenge(answer)[1] == "false"
    assert answer.json()["code"] == 49900001
    assert caller.get(caller.header(nonce)).status_code == 200, "a refused try must not use the nonce up"


def test_it_refuses_two_headers(caller: Caller) -> None:
    header = caller.header(caller.nonce())
    answer = caller.http.get(caller.origin + TARGET, headers=[("Authorization", header), ("Authorization", header)])
    challenge(answer)


class TestNonces:
    def test_a_nonce_dies_of_age(self) -> None:
        time = [1000.0]
        nonces = Nonces(lifetime=300, now=lambda: time[0])
        old = nonces.issue()
        time[0] += 200
        young = nonces.issue()
        time[0] += 100
        assert (nonces.use(old, 1), nonces.use(young, 1)) == (Use.UNKNOWN, Use.FIRST)

    def test_unanswered_challenges_do_not_pile_up(self) -> None:
        nonces = Nonces(lifetime=300, now=lambda: 0.0)
        first = nonces.issue()
        for _ in range(10_000):
            nonces.issue()
        assert nonces.use(first, 1) is Use.UNKNOWN
