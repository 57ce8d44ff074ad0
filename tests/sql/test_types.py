"""The table of types: what a column holds, and what a model reads of it."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from tests.sql.reads import Reads
from tests.sql.servers import SqlServer


class Kind(NamedTuple):
    declared: str
    written: str
    named: str
    expected: Any
    engines: str = "tidb mariadb mysql"


def base64(text: str, length: int) -> dict[str, Any]:
    return {"base64": text, "length": length}


DOCUMENT = '{"b": [1, 2.5, null], "big": 12345678901234567890, "evil\u202e": "\u200b"}'
POINT = "AAAAAAEBAAAAAAAAAAAA8D8AAAAAAAAAQA=="

KINDS = {
    "a boolean": Kind("BOOLEAN", "TRUE", "tinyint", 1),
    "tinyint": Kind("TINYINT", "-128", "tinyint", -128),
    "smallint": Kind("SMALLINT UNSIGNED", "65535", "smallint", 65535),
    "mediumint": Kind("MEDIUMINT", "-8388608", "mediumint", -8388608),
    "int": Kind("INT", "2147483647", "int", 2147483647),
    "bigint that a double holds": Kind("BIGINT", "9007199254740992", "bigint", 9007199254740992),
    "bigint": Kind("BIGINT", "-9223372036854775808", "bigint", "-9223372036854775808"),
    "unsigned bigint": Kind("BIGINT UNSIGNED", "18446744073709551615", "bigint", "18446744073709551615"),
    "year": Kind("YEAR", "2026", "year", 2026),
    "bit": Kind("BIT(1)", "b'1'", "bit", 1),
    "wide bits": Kind("BIT(64)", f"b'{'1' * 64}'", "bit", "18446744073709551615"),
    "float": Kind("FLOAT", "1.5", "float", 1.5),
    "double": Kind("DOUBLE", "-1.5e-300", "double", -1.5e-300),
    "decimal": Kind("DECIMAL(50,20)", "-123456789012345678901234567890.12345678901234567890", "decimal",
                    "-123456789012345678901234567890.12345678901234567890"),
    "date": Kind("DATE", "'2026-02-28'", "date", "2026-02-28"),
    "a zero date": Kind("DATE", "'0000-00-00'", "date", "0000-00-00"),
    "a month without a day": Kind("DATE", "'2026-02-00'", "date", "2026-02-00"),
    "datetime": Kind("DATETIME(6)", "'9999-12-31 23:59:59.999999'", "datetime", "9999-12-31 23:59:59.999999"),
    "a zero datetime": Kind("DATETIME", "'0000-00-00 00:00:00'", "datetime", "0000-00-00 00:00:00"),
    "timestamp": Kind("TIMESTAMP NULL", "'2026-02-28 01:02:03'", "timestamp", "2026-02-28 01:02:03"),
    "time beyond a day": Kind("TIME", "'-838:59:59'", "time", "-838:59:59"),
    "time with a fraction": Kind("TIME(3)", "'25:00:00.125'", "time", "25:00:00.125"),
    "char": Kind("CHAR(10)", "'Zürich'", "char", "Zürich"),
    "varchar": Kind("VARCHAR(50)", "'東京 🚲'", "varchar", "東京 🚲"),
    "text that turns": Kind("VARCHAR(50)", "'evil\u202etxt'", "varchar", "evil⟦U+202E⟧txt"),
    "text with a NUL": Kind("VARCHAR(50)", "'a\\0b'", "varchar", "a⟦U+0000⟧b"),
    "empty text": Kind("VARCHAR(50)", "''", "varchar", ""),
    "text of another character set": Kind("VARCHAR(50) CHARACTER SET latin1", "'cafe'", "varchar", "cafe"),
    "text": Kind("TEXT", "'text'", "text", "text"),
    "longtext": Kind("LONGTEXT", "'long text'", "text", "long text"),
    "enum": Kind("ENUM('a', 'ö')", "'ö'", "enum", "ö"),
    "set": Kind("SET('a', 'b', 'c')", "'a,c'", "set", "a,c"),
    "binary": Kind("BINARY(16)", "X'00112233445566778899AABBCCDDEEFF'", "binary", base64("ABEiM0RVZneImaq7zN3u/w==", 16)),
    "varbinary": Kind("VARBINARY(10)", "X'00FF'", "varbinary", base64("AP8=", 2)),
    "no bytes": Kind("VARBINARY(10)", "X''", "varbinary", base64("", 0)),
    "blob": Kind("BLOB", "'abc'", "blob", base64("YWJj", 3)),
    "longblob": Kind("LONGBLOB", "X'FFFE'", "blob", base64("//4=", 2)),
    "null": Kind("BIGINT", "NULL", "bigint", None),
    "a null blob": Kind("BLOB", "NULL", "blob", None),
    "json": Kind("JSON", f"'{DOCUMENT}'", "json", {"b": [1, 2.5, None], "big": "12345678901234567890", "evil⟦U+202E⟧": "⟦U+200B⟧"},
                 "tidb mysql"),
    "json null": Kind("JSON", "'null'", "json", None, "tidb mysql"),
    "json, which is text here": Kind("JSON", "'{\"a\": 1}'", "text", '{"a": 1}', "mariadb"),
    "vector": Kind("VECTOR(3)", "'[1, 2.5, 3]'", "vector", "[1,2.5,3]", "tidb"),
    "geometry": Kind("POINT", "ST_GeomFromText('POINT(1 2)')", "geometry", base64(POINT, 25), "mariadb mysql"),
    "uuid": Kind("UUID", "'123e4567-e89b-12d3-a456-426655440000'", "char", "123e4567-e89b-12d3-a456-426655440000", "mariadb"),
    "inet6": Kind("INET6", "'::1'", "char", "::1", "mariadb"),
}  # fmt: skip


@pytest.fixture(scope="module")
def table(server: SqlServer) -> Iterator[dict[str, str]]:
    """A column of each type that the engine has, in one row; the columns' names."""
    mine = {what: kind for what, kind in KINDS.items() if server.engine in kind.engines}
    names = {what: f"c{number}" for number, what in enumerate(mine)}
    columns = ", ".join(f"{names[what]} {kind.declared}" for what, kind in mine.items())
    values = ", ".join(kind.written for kind in mine.values())
    server.run(
        "SET SESSION sql_mode = ''",
        f"CREATE TABLE types ({columns})",
        f"INSERT INTO types VALUES ({values})",
        database=server.database,
    )
    yield names
    server.run("DROP TABLE types", database=server.database)


@pytest.mark.parametrize("what", KINDS)
async def test_a_value_of_each_type_arrives_as_it_is(
    server: SqlServer, read: Reads, table: dict[str, str], what: str
) -> None:
    kind = KINDS[what]
    if what not in table:
        pytest.skip(f"{server.engine} has no {kind.declared}, or sends it otherwise")
    found = await read(f"SELECT {table[what]} FROM types")
    assert found.columns == [{"name": table[what], "type": kind.named}]
    ((value,),) = found.rows
    assert value == kind.expected
    assert type(value) is type(kind.expected)


async def test_columns_are_named_as_the_server_names_them_also_twice_and_not_at_all(read: Reads) -> None:
    found = await read("SELECT 1 AS n, 2 AS n, 3 AS '', 4 AS `evil\u202etxt`, 5 + 5")
    names = [column["name"] for column in found.columns]
    assert names.pop(2) in {"", "3"}  # TiDB's word for a name that is empty
    assert names == ["n", "n", "evil⟦U+202E⟧txt", "5 + 5"]
    assert found.rows == [[1, 2, 3, 4, 10]]


async def test_what_an_engine_says_of_a_mistake_is_made_visible(read: Reads) -> None:
    with pytest.raises(Exception, match="⟦U[+]202E⟧"):
        await read("SELECT `evil\u202etxt` FROM things")
