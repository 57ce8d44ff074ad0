"""DATABASE_URL: what it may say, and that no error repeats any of it."""

from pathlib import Path

import pytest

from tidbmcp.database import parse


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("mysql://u:p@h/db", ("django.db.backends.mysql", "db", "u", "p", "h", "3306")),
        ("tidb://u:p@h/db", ("django_tidb", "db", "u", "p", "h", "4000")),
        ("mysql://u:p@h:3307/db", ("django.db.backends.mysql", "db", "u", "p", "h", "3307")),
        ("tidb://2Bx.root:p%40s%2Fs%3F@gw.example.com:4000/a%20b", ("django_tidb", "a b", "2Bx.root", "p@s/s?", "gw.example.com", "4000")),
        ("mysql://h/db", ("django.db.backends.mysql", "db", "", "", "h", "3306")),
        ("mysql://u:p@[::1]/db", ("django.db.backends.mysql", "db", "u", "p", "::1", "3306")),
        ("MYSQL://u:p@h/db", ("django.db.backends.mysql", "db", "u", "p", "h", "3306")),
    ],
    ids=["mysql", "tidb", "a port", "quoted parts", "no login", "IPv6", "upper case"],
)  # fmt: skip
def test_a_server(url: str, expected: tuple[str, ...]) -> None:
    found = parse(url)
    assert tuple(found[key] for key in ("ENGINE", "NAME", "USER", "PASSWORD", "HOST", "PORT")) == expected


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("sqlite:///a.db", Path("a.db").absolute()),
        ("sqlite:////var/a.db", Path("/var/a.db")),
        ("sqlite:///a%20b.db", Path("a b.db").absolute()),
    ],
    ids=["relative", "absolute", "quoted"],
)
def test_a_file(url: str, name: Path) -> None:
    found = parse(url)
    assert (found["ENGINE"], found["NAME"]) == ("django.db.backends.sqlite3", name)
    assert found["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_a_ca_means_that_the_servers_name_is_verified() -> None:
    options = parse("tidb://u:p@h/db?ssl_ca=/etc/ca.pem")["OPTIONS"]
    assert (options["ssl_mode"], options["ssl"]) == ("VERIFY_IDENTITY", {"ca": "/etc/ca.pem"})


@pytest.mark.parametrize(
    "url",
    [
        "", "hunter2", "hunter2://u:p@h/db", "postgres://u:hunter2@h/db", "mysql://u:hunter2@h", "mysql://u:hunter2@h/",
        "mysql://u:hunter2@/db", "mysql:///hunter2", "mysql://u:hunter2@h:port/db", "mysql://u:hunter2@h:99999/db",
        "mysql://u:hunter2@[::1/db", "mysql://u:hunter2/x@h/db", "mysql://u:1/2?hunter2@h/db", "mysql://u:1/2?hunter2=1@h/db",
        "mysql://u:p@h/db?hunter2", "mysql://u:p@h/db?password=hunter2", "mysql://u:p@h/db?ssl_ca=", "mysql://u:p@h/db?ssl_ca=/a&x=hunter2",
        "sqlite://", "sqlite:///", "sqlite:", "sqlite://hunter2.db", "sqlite:///a.db?mode=hunter2", "sqlite:///a#hunter2.db",
    ],
)  # fmt: skip
def test_anything_else_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(ValueError, match=r"write|file|question mark") as caught:
        parse(url)
    assert "hunter2" not in f"{caught.value}"
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
