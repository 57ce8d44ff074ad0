"""The queue in a folder: a message is whole or not there, whoever looks when."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from kombu.connection import Connection

import tidbmcp.celery  # noqa: F401 - names the transport
from tidbmcp.lib import file_broker


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("queue", "control"):
        (tmp_path / name).mkdir()
    return tmp_path


@pytest.fixture
def channel(folder: Path) -> Iterator[Any]:
    queue = str(folder / "queue")
    options = {"data_folder_in": queue, "data_folder_out": queue, "control_folder": str(folder / "control")}
    with Connection("filesystem://localhost/", transport_options=options) as connection:
        yield connection.default_channel


def messages(channel: Any) -> list[Any]:
    found: list[Any] = []
    while True:
        try:
            found.append(channel._get("tasks"))
        except Empty:
            return found


def test_the_product_uses_it(channel: Any) -> None:
    assert isinstance(channel, file_broker.Channel)


def test_messages_come_whole_and_leave_nothing_behind(channel: Any, folder: Path) -> None:
    for number in range(5):
        channel._put("tasks", {"n": number})
    assert sorted(message["n"] for message in messages(channel)) == list(range(5))
    assert list((folder / "queue").iterdir()) == []


def test_who_looks_while_a_message_is_written_sees_none(channel: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    write = Path.write_text

    def half(path: Path, text: str) -> int:
        write(path, text[:3])
        seen.extend(messages(channel))
        return write(path, text)

    monkeypatch.setattr(Path, "write_text", half)
    channel._put("tasks", {"n": 1})
    assert seen == []
    assert messages(channel) == [{"n": 1}]


def test_a_file_that_can_not_be_read_is_passed_over(channel: Any, folder: Path) -> None:
    (folder / "queue" / "0_torn.tasks.msg").write_text("")
    channel._put("tasks", {"n": 1})
    assert messages(channel) == [{"n": 1}]
    assert list((folder / "queue").iterdir()) == []


def test_two_take_a_message_once(channel: Any) -> None:
    for number in range(100):
        channel._put("tasks", {"n": number})
    with ThreadPoolExecutor(4) as pool:
        taken = [one["n"] for found in pool.map(lambda _: messages(channel), range(4)) for one in found]
    assert sorted(taken) == list(range(100))


@pytest.mark.parametrize("torn", ["", '[["", "", "ta'])
def test_a_list_of_queues_that_is_torn_is_written_anew(channel: Any, folder: Path, torn: str) -> None:
    channel._queue_bind("tasks", "", "", "tasks")
    (folder / "control" / "tasks.exchange").write_text(torn)
    assert channel.get_table("tasks") == []
    channel._queue_bind("tasks", "", "", "tasks")
    assert [bound.queue for bound in channel.get_table("tasks")] == ["tasks"]


def test_of_many_that_bind_at_once_none_is_lost(channel: Any) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: channel._queue_bind("tasks", "", "", f"queue-{number}"), range(24)))
    assert {bound.queue for bound in channel.get_table("tasks")} == {f"queue-{number}" for number in range(24)}
