"""From the driver to JSON, without loss; and what engines do differently."""

import base64
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from MySQLdb.constants import FIELD_TYPE, FLAG

from mcpserver.sql import values
from mcpserver.sql.engines import SQL_MODE, engine_of
from mcpserver.sql.values import (
    CONVERTERS,
    SAFE,
    as_base64,
    as_bits,
    as_float,
    as_integer,
    as_plain,
    as_text,
    type_name,
)


@pytest.mark.parametrize(
    ("converter", "raw", "expected"),
    [
        (as_integer, b"0", 0),
        (as_integer, b"-7", -7),
        (as_integer, b"00042", 42),
        (as_integer, str(SAFE).encode(), SAFE),
        (as_integer, str(SAFE + 1).encode(), str(SAFE + 1)),
        (as_integer, str(-SAFE - 1).encode(), str(-SAFE - 1)),
        (as_integer, b"18446744073709551615", "18446744073709551615"),
        (as_float, b"1.5", 1.5),
        (as_float, b"-1e-7", -1e-7),
        (as_plain, b"12345678901234567890.123456789", "12345678901234567890.123456789"),
        (as_plain, b"0000-00-00", "0000-00-00"),
        (as_plain, "838:59:59.000000", "838:59:59.000000"),
        (as_text, "日本語 🙂".encode(), "日本語 🙂"),
        (as_text, b"a\xffb", "a�b"),
        (as_text, "a\u202eb", "a⟦U+202E⟧b"),
        (as_text, b'{"a": 1}', '{"a": 1}'),
        (as_bits, b"\x01", 1),
        (as_bits, b"\xff" * 8, "18446744073709551615"),
        (as_base64, b"\x00\xff", "AP8="),
        (as_base64, b"", ""),
    ],
)
def test_a_value_arrives_as_it_is(converter: Any, raw: bytes | str, expected: object) -> None:
    found = converter(raw)
    assert found == expected
    assert type(found) is type(expected)


@given(st.integers(-(2**63), 2**64 - 1))
def test_no_integer_loses_a_digit_in_a_reader_that_knows_only_doubles(number: int) -> None:
    found = as_integer(str(number).encode())
    assert str(found) == str(number)
    assert isinstance(found, str) or int(float(found)) == number


@given(st.binary())
def test_any_bytes_become_json(raw: bytes) -> None:
    assert orjson.dumps([as_text(raw), as_plain(raw), base64.b64decode(as_base64(raw)) == raw])


TYPES = {name: code for name, code in vars(FIELD_TYPE).items() if name.isupper()}
NEVER_SENT = {"NEWDATE", "INTERVAL"}
"""Of servers' insides, or another name of ENUM's number."""


@pytest.mark.parametrize("name", sorted(TYPES.keys() - NEVER_SENT))
def test_every_type_has_a_converter_whose_result_is_json(name: str) -> None:
    converter = CONVERTERS[TYPES[name]]
    both = [one for _, one in converter] if isinstance(converter, tuple) else [converter]
    for one in both:
        assert orjson.dumps(one(b"1"))


def test_bytes_are_told_from_text_by_the_flag_that_the_driver_sets() -> None:
    assert CONVERTERS[FIELD_TYPE.BLOB] == ((FLAG.BINARY, as_base64), (None, as_text))


@pytest.mark.parametrize(
    ("code", "converter", "name"),
    [
        (FIELD_TYPE.LONGLONG, as_integer, "bigint"),
        (FIELD_TYPE.VAR_STRING, as_text, "varchar"),
        (FIELD_TYPE.VAR_STRING, as_base64, "varbinary"),
        (FIELD_TYPE.STRING, as_base64, "binary"),
        (FIELD_TYPE.BLOB, as_base64, "blob"),
        (FIELD_TYPE.BLOB, as_text, "text"),
        (FIELD_TYPE.GEOMETRY, as_base64, "geometry"),
        (FIELD_TYPE.JSON, as_text, "json"),
        (199, None, "unknown"),
    ],
)
def test_a_column_says_its_type_as_sql_does(code: int, converter: Any, name: str) -> None:
    assert type_name(code, converter) == name


def test_every_type_has_a_name() -> None:
    assert all(name and name == name.lower() for name, _ in values._TYPES.values())


@pytest.mark.parametrize(
    ("version", "name", "limit"),
    [
        ("8.0.11-TiDB-v8.5.1", "tidb", {"max_execution_time": "35000", "tidb_multi_statement_mode": "OFF"}),
        ("5.7.25-TiDB-v7.1.0-serverless", "tidb", {"max_execution_time": "35000", "tidb_multi_statement_mode": "OFF"}),
        ("10.11.6-MariaDB-0+deb12u1", "mariadb", {"max_statement_time": "35.000000"}),
        ("8.0.36", "mysql", {"max_execution_time": "35000"}),
        ("", "mysql", {"max_execution_time": "35000"}),
    ],
)
def test_an_engine_is_known_by_its_version_and_has_its_own_limit(
    version: str, name: str, limit: dict[str, str]
) -> None:
    engine = engine_of(version)
    assert engine.name == name
    assert engine.session(30) == {"autocommit": "1", "sql_mode": SQL_MODE, **limit}


@pytest.mark.parametrize("mode", ["ANSI_QUOTES", "ANSI", "NO_BACKSLASH_ESCAPES", "PIPES_AS_CONCAT", "IGNORE_SPACE"])
def test_no_mode_changes_what_the_gate_takes_for_a_literal(mode: str) -> None:
    assert mode not in SQL_MODE.split(",")
