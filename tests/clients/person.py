"""The developer at the pages, as a browser would be: makes tokens and revokes them, in the middle of a test."""

import re

import httpx2

from tests.stack import Stack

TOKEN = re.compile(r"tmcp_\w{40,}")


class Person:
    """Signed in."""

    def __init__(self, stack: Stack) -> None:
        self._http = httpx2.Client(base_url=stack.url, trust_env=False, follow_redirects=True)
        known = stack.run["developer"]
        self._post("/accounts/login/", login=known["username"], password=known["password"])

    def make_token(self) -> str:
        page = self._post("/me/tokens/", name="a client", scopes="mcp:read", lifetime="30")
        found = TOKEN.search(page)
        assert found, page
        return found[0]

    def revoke(self, token: str) -> None:
        row = self._http.get("/me/tokens/").text.partition(token[:13])[2]
        found = re.search(r"/me/tokens/[0-9a-f-]+/revoke/", row)
        assert found, row
        assert "is revoked: the next call with it is refused" in self._post(found[0])

    def leave(self) -> None:
        self._http.close()

    def _post(self, path: str, **fields: str) -> str:
        if "csrftoken" not in self._http.cookies:
            self._http.get("/accounts/login/")
        csrf = self._http.cookies["csrftoken"]
        answer = self._http.post(
            path, data={"csrfmiddlewaretoken": csrf, **fields}, headers={"Referer": str(self._http.base_url)}
        )
        assert answer.status_code == 200, answer.text
        return answer.text
