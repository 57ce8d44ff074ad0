"""SHOW GRANTS: what is not understood counts as more than reading."""

from collections.abc import Iterable

import pytest

from mcpserver.sql.grants import reads_only

USAGE = "GRANT USAGE ON *.* TO `u`@`%`"

READERS: dict[str, list[str]] = {
    "usage only": [USAGE],
    "MariaDB, hashed": [f"{USAGE} IDENTIFIED BY PASSWORD '*6C8989366EAF75BB670AD8EA7A7FC1176A95CEF4'", "GRANT SELECT, SHOW VIEW ON `shop`.* TO `u`@`%`"],
    "MariaDB, TLS and limits": [f"{USAGE} REQUIRE SSL WITH MAX_QUERIES_PER_HOUR 5", "GRANT SELECT ON `shop`.`t` TO `u`@`%`"],
    "MariaDB, 10.11 via": [f"{USAGE} IDENTIFIED VIA ed25519 USING 'x'", "GRANT SELECT ON `shop`.* TO `u`@`%`"],
    "MySQL 8": ["GRANT SELECT, SHOW DATABASES ON *.* TO `u`@`%`"],
    "TiDB": ["GRANT SELECT,SHOW VIEW,SHOW DATABASES ON *.* TO 'u'@'%'"],
    "columns": [USAGE, "GRANT SELECT (`a`, `b`) ON `shop`.`t` TO `u`@`%`", "GRANT SELECT (a), SHOW VIEW ON `shop`.`v` TO `u`@`%`"],
    "lower case": ["grant select on `shop`.* to `u`@`%`"],
    "ON TABLE": [USAGE, "GRANT SELECT ON TABLE `shop`.`t` TO `u`@`%`"],
    "a role that reads": [USAGE, "GRANT `reader`@`%` TO `u`@`%`"],
    "a role that reads, TiDB": [USAGE, "GRANT 'reader'@'%' TO 'u'@'%'"],
    "a role that reads, MariaDB": [USAGE, "GRANT `reader` TO `u`@`%`", "SET DEFAULT ROLE `reader` FOR `u`@`%`"],
    "two of them": [USAGE, "GRANT `reader`@`%`,`reader`@`%` TO `u`@`%`"],
}  # fmt: skip

OTHERS: dict[str, list[str]] = {
    "no lines at all": [],
    "a blank line": [USAGE, ""],
    "everything": ["GRANT ALL PRIVILEGES ON *.* TO 'root'@'%' WITH GRANT OPTION"],
    "everything in one database": [USAGE, "GRANT ALL PRIVILEGES ON `shop`.* TO `u`@`%`"],
    "all, short": ["GRANT ALL ON *.* TO `u`@`%`"],
    **{
        privilege: [USAGE, f"GRANT SELECT, {privilege} ON `shop`.* TO `u`@`%`"]
        for privilege in ("INSERT", "UPDATE", "DELETE", "CREATE", "DROP", "ALTER", "INDEX", "EXECUTE", "TRIGGER", "EVENT", "REFERENCES",
                          "LOCK TABLES", "CREATE VIEW", "CREATE TEMPORARY TABLES", "FILE", "PROCESS", "SUPER", "RELOAD", "DELETE HISTORY",
                          "CREATE USER", "GRANT OPTION", "BACKUP_ADMIN", "SYSTEM_VARIABLES_ADMIN", "CONFIG", "UNKNOWN THING")
    },
    "column writes": [USAGE, "GRANT SELECT (`a`), UPDATE (`b`) ON `shop`.`t` TO `u`@`%`"],
    "may grant on": ["GRANT SELECT ON *.* TO `u`@`%` WITH GRANT OPTION"],
    "may grant on, lower case": ["GRANT SELECT ON *.* TO `u`@`%` with grant option"],
    "proxy": [USAGE, "GRANT PROXY ON ''@'%' TO 'root'@'localhost' WITH GRANT OPTION"],
    "proxy without option": [USAGE, "GRANT PROXY ON 'root'@'localhost' TO 'u'@'%'"],
    "a routine": [USAGE, "GRANT EXECUTE ON PROCEDURE `shop`.`p` TO `u`@`%`"],
    "a partial revoke": ["GRANT SELECT, INSERT ON *.* TO `u`@`%`", "REVOKE INSERT ON `shop`.* FROM `u`@`%`"],
    "not a grant": [USAGE, "Something new"],
    "a grant of a new form": [USAGE, "GRANT role_admin TO u"],
    "two lines in one": ["GRANT SELECT ON *.* TO `u`@`%`\nGRANT INSERT ON *.* TO `u`@`%`"],
    "a role that writes": [USAGE, "GRANT `writer`@`%` TO `u`@`%`"],
    "one of two roles writes": [USAGE, "GRANT `reader`@`%`,`writer`@`%` TO `u`@`%`"],
    "a role of a role": [USAGE, "GRANT `chief`@`%` TO `u`@`%`"],
    "a role that nobody knows": [USAGE, "GRANT `nothing`@`%` TO `u`@`%`"],
    "a role to hand on": [USAGE, "GRANT `reader`@`%` TO `u`@`%` WITH ADMIN OPTION"],
}  # fmt: skip

ROLES = {
    "reader": ["GRANT USAGE ON *.* TO `reader`@`%`", "GRANT SELECT ON `shop`.* TO `reader`@`%`"],
    "writer": ["GRANT SELECT, INSERT ON `shop`.* TO `writer`@`%`"],
    "chief": ["GRANT USAGE ON *.* TO `chief`@`%`", "GRANT `reader`@`%` TO `chief`@`%`"],
}


def of_role(role: str) -> Iterable[str]:
    return ROLES.get(role.split("@")[0].strip("`'"), ["There is no such grant defined"])


@pytest.mark.parametrize("lines", READERS.values(), ids=READERS.keys())
def test_a_login_that_only_reads(lines: list[str]) -> None:
    assert reads_only(lines, of_role) is True


@pytest.mark.parametrize("lines", OTHERS.values(), ids=OTHERS.keys())
def test_a_login_that_can_do_more_or_that_nobody_understands(lines: list[str]) -> None:
    assert reads_only(lines, of_role) is False


def test_a_column_with_a_devious_name_hides_no_privilege() -> None:
    line = "GRANT SELECT (`x) ON y TO z`), INSERT (`a`) ON `shop`.`t` TO `u`@`%`"
    assert reads_only([USAGE, line], of_role) is False


def test_a_database_with_a_blank_in_its_name_can_be_read() -> None:
    assert reads_only([USAGE, "GRANT SELECT ON `my shop`.* TO `u`@`%`"], of_role) is True
