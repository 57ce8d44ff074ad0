"""Thirty secrets are planted wherever a caller can put a text; afterwards they stand nowhere."""

import pytest

from tests.stack import Stack

SECRETS = {
    "token": "tmcp_PlantedA1" + "b" * 38,
    "jwt": "eyJhbGciOiJIUzI1NiJ9.eyJwbGFudGVkIjoxfQ.c2lnbmF0dXJlLXBsYW50ZWQ",
    "aws": "AKIAPLANTEDPLANTED12",
    "github": "ghp_plantedplantedplantedplanted1234",
    "github_pat": "github_pat_planted_planted_planted_12",
    "gitlab": "glpat-plantedplantedplant",
    "slack": "xoxb-planted-planted-planted",
    "openai": "sk-plantedplantedplantedplanted",
    "stripe": "sk_live_plantedplantedplanted",
    "google": "AIzaPlantedPlantedPlantedPlanted12",
    "npm": "npm_plantedplantedplantedplanted",
    "pypi": "pypi-plantedplantedplantedplanted",
    "hf": "hf_plantedplantedplanted",
    "fernet": "gAAAAABplantedplantedplantedplanted==",
    "bearer": "Bearer planted-bearer-token",
    "basic": "Basic cGxhbnRlZDpwbGFudGVk",
    "url": "mysql://root:planted-in-url@db.example.com/x",
    "pem": "-----BEGIN RSA PRIVATE KEY-----\nplanted-pem\n-----END RSA PRIVATE KEY-----",
    "assigned": "password=planted-assigned",
    "quoted": "api_key: 'planted quoted'",
    "identified": "IDENTIFIED BY 'planted-identified'",
}
MARKS = [
    "b" * 30, "cGxhbnRlZDpwbGFudGVk", "c2lnbmF0dXJlLXBsYW50ZWQ", "AKIAPLANTED", "plantedplanted", "planted_planted", "planted-planted",
    "PlantedPlanted", "planted-bearer", "planted-in-url", "planted-pem", "planted-assigned", "planted quoted", "planted-identified",
    "planted-by-key", "planted-literal", "planted-header", "planted-query",
]  # fmt: skip


def test_planted_secrets_are_in_no_row_log_answer_or_export(stack: Stack) -> None:
    answers = [stack.call("tidbcloud_get_cluster", {"cluster": "shop", name: text}) for name, text in SECRETS.items()]
    answers += [
        stack.call("db_query", {"cluster": "shop", "sql": f"SELECT nope, {_literal(text)}"})
        for text in SECRETS.values()
    ]
    keys = [
        "password",
        "private_key",
        "Authorization",
        "client_secret",
        "api-key",
        "passwd",
        "access_token",
        "cookie",
        "PWD",
        "credentials",
    ]
    answers += [stack.call("my_access", {key: "planted-by-key"}) for key in keys]
    stack.call("my_access", {"nested": {"list": [{"password": "planted-by-key"}]}})
    stack.query("SELECT 'planted-literal', 0x706c616e746564")
    stack.query("SELECT 'planted-literal' /* planted-literal */ FROM nowhere")
    stack.query("SELECT 'planted-literal' FROM FROM 'planted-literal'")
    stack.call("my_access", headers={"User-Agent": "client password=planted-header"})
    stack.post({}, token="", query="?token=planted-query&access_token=planted-query")
    stack.post({}, headers={"Authorization": "Bearer planted-header"})
    stack.post({}, headers={"Authorization": "Basic planted-header"}, token="")
    stack.post({"jsonrpc": "2.0", "id": 1, "method": SECRETS["token"]})
    params = {
        "clientInfo": {"name": SECRETS["jwt"], "version": SECRETS["aws"]},
        "protocolVersion": "2025-11-25",
        "capabilities": {},
    }
    stack.post({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}, token=stack.token())
    places = {
        "rows": "\n".join(str(row) for row in stack.events()),
        "log": "".join(stack.log),
        "answers": "\n".join(str(answer) for answer in answers),
        "export": stack.manage("audit_export", "--format", "csv"),
    }
    found = [(place, mark) for place, text in places.items() for mark in MARKS if mark in text]
    # The engine repeats a name it does not know, to the one who wrote it: nothing else comes back.
    assert found == []


def test_no_stored_key_or_password_is_readable_in_the_database(stack: Stack) -> None:
    raw = stack.database.read_bytes()
    for journal in stack.folder.glob("tidbmcp.sqlite3-*"):
        raw += journal.read_bytes()
    facts = stack.sandbox.facts
    secrets = [facts["private_key"], *stack.run["tokens"].values()]
    secrets += [login["password"] for cluster in facts["clusters"] for login in cluster["logins"].values()]
    assert len(secrets) == 9
    assert [secret for secret in secrets if secret.encode() in raw] == []


@pytest.mark.parametrize("name", ["run.json", "env", "sandbox/sandbox.json"])
def test_files_with_secrets_are_their_owners_only(stack: Stack, name: str) -> None:
    assert (stack.folder / name).stat().st_mode & 0o077 == 0


def _literal(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"
