"""A caller of both hosts for tests, who holds every request and every answer against the contract."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2
import MySQLdb
from MySQLdb.connections import Connection

from tests.sandbox.contract import AT_HAND, Host, answer_problems, request_problems
from tests.sandbox_process import SandboxProcess

REGION = {"name": "regions/aws-us-east-1"}
PASSWORD = "Str0ng-enough!"
PATIENCE = 30.0
DEFAULTS: Mapping[str, Any] = {
    "create_seconds": 4.0,
    "restore_seconds": 4.0,
    "late_fields": True,
    "requests_per_minute": None,
    "count_challenges": False,
    "free_clusters": None,
    "clusters": None,
    "branches": None,
    "after_delete": 404,
}


@dataclass
class Wire:
    """Over HTTP with the bearer token; over SQL with whatever login is given."""

    sandbox: SandboxProcess
    http: httpx2.Client
    connections: list[Connection] = field(default_factory=list)

    def ask(
        self, method: str, path: str, body: Any = None, *, host: Host = "serverless", beyond_contract: bool = False
    ) -> httpx2.Response:
        """The answer, whatever it is. What the contract does not know in it is an error of the sandbox."""
        url = self.sandbox.facts["api_url" if host == "serverless" else "iam_url"]
        token = {"Authorization": f"Bearer {self.sandbox.facts['bearer_token']}"}
        answer = self.http.request(method, url + path, json=body, headers=token)
        if AT_HAND:
            target = answer.request.url.raw_path.decode()
            problems = answer_problems(method, target, answer.status_code, answer.text, host)
            if answer.status_code == 200 and not beyond_contract:
                problems += request_problems(method, target, body, host)
            assert not problems, problems
        return answer

    def get(self, path: str, *, host: Host = "serverless") -> Any:
        return self._good("GET", path, None, host)

    def post(self, path: str, body: Any = None, *, host: Host = "serverless") -> Any:
        return self._good("POST", path, body, host)

    def patch(self, path: str, body: Any, *, host: Host = "serverless") -> Any:
        return self._good("PATCH", path, body, host)

    def put(self, path: str, body: Any) -> Any:
        return self._good("PUT", path, body, "serverless")

    def delete(self, path: str, *, host: Host = "serverless") -> Any:
        return self._good("DELETE", path, None, host)

    def refused(self, method: str, path: str, body: Any = None, *, status: int = 400, host: Host = "serverless") -> str:
        """The sentence for the caller."""
        answer = self.ask(method, path, body, host=host)
        assert answer.status_code == status, answer.text
        content = answer.json()
        if host == "iam":
            assert (content["msgPrefix"], content["status"]) == ("iam", status)
            return str(content["error"]["message"])
        assert content["code"] == status
        return str(content["message"])

    def cluster(self, name: str = "orders", **fields: Any) -> dict[str, Any]:
        """A new cluster that is active."""
        made = self.post("/clusters", {"displayName": name, "region": REGION, **fields})
        return self.active(f"/clusters/{made['clusterId']}")

    def branch(self, cluster: dict[str, Any], name: str = "try", **fields: Any) -> dict[str, Any]:
        """A new branch that is active."""
        path = f"/{cluster['name']}/branches"
        return self.active(f"{path}/{self.post(path, {'displayName': name, **fields})['branchId']}")

    def active(self, path: str) -> dict[str, Any]:
        """Its own time passes on the clock; what the databases need passes really."""
        self.sandbox.advance(4)
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            found: dict[str, Any] = self.get(path)
            if found["state"] == "ACTIVE":
                return found
        raise AssertionError(f"{path} does not become ACTIVE")

    def connect(self, place: dict[str, Any], user: str = "", password: str = PASSWORD) -> Connection:
        """As root, or as the user of that full name."""
        public = place["endpoints"]["public"]
        connection = MySQLdb.connect(
            host=public["host"],
            port=public["port"],
            user=user or f"{place['userPrefix']}.root",
            password=password,
            charset="utf8mb4",
            autocommit=True,
            connect_timeout=15,
        )
        self.connections.append(connection)
        return connection

    def _good(self, method: str, path: str, body: Any, host: Host) -> Any:
        answer = self.ask(method, path, body, host=host)
        assert answer.status_code == 200, answer.text
        return answer.json()


def ask_sql(connection: Connection, sql: str) -> Any:
    cursor = connection.cursor()
    cursor.execute(sql)
    return cursor.fetchall()
