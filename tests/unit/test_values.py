"""From the driver to JSON, without loss; and what engines do differently."""

import base64
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from MySQLdb.constants import FIELD_TYPE, FLAG

from mcpserver.sql import values
from mcpserver.sql.documents import SAFE
from mcpserver.sql.engines import SQL_MODE, engine_of
from mcpserver.sql.values import (
    CONVERTERS,
    as_base64,
    as_bits,
    as_float,
    as_integer,
    as_json,
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
        (as_float, b"inf", "inf"),
        (as_bits, b"\x01", 1),
        (as_bits, b"\xff" * 8, "18446744073709551615"),
        (as_base64, b"\x00\xff", {"base64": "AP8=", "length": 2}),
        (as_base64, b"", {"base64": "", "length": 0}),
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
    assert orjson.dumps([as_text(raw), as_plain(raw), base64.b64decode(str(as_base64(raw)["base64"])) == raw])


DEEP = "[" * 49 + "]" * 49


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ('{"a": [1, 2.5, null, true, "x"]}', {"a": [1, 2.5, None, True, "x"]}),
        ("{}", {}),
        ("12345678901234567890", "12345678901234567890"),
        (str(SAFE + 1), str(SAFE + 1)),
        (f"-{SAFE}", -SAFE),
        ("9" * 5000, "9" * 5000),
        ("0.1", 0.1),
        ("1.10", 1.1),
        ("1e2", 100.0),
        ("0.12345678901234567890123", "0.12345678901234567890123"),
        ("1e999", "1e999"),
        ("1e999999999999", "1e999999999999"),
        ('{"evil\u202etxt": ["\u200b"]}', {"evil⟦U+202E⟧txt": ["⟦U+200B⟧"]}),
        ('"\\u202e"', "⟦U+202E⟧"),
        ('"\\ud800"', "⟦U+D800⟧"),
        ('{"a": 1, "a": 2}', '{"a": 1, "a": 2}'),
        ('{"\u202e": 1, "⟦U+202E⟧": 2}', '{"⟦U+202E⟧": 1, "⟦U+202E⟧": 2}'),
        ("NaN", "NaN"),
        ("not json \u202e", "not json ⟦U+202E⟧"),
        ("", ""),
        (f"[[{DEEP}]]", f"[[{DEEP}]]"),
        ("[" * 100_000, "[" * 100_000),
    ],
    ids=lambda value: str(value)[:20],
)  # fmt: skip
def test_json_is_json_unless_that_would_lose_something(raw: str, expected: object) -> None:
    found = as_json(raw.encode("utf-8", "surrogatepass"))
    assert found == expected
    assert type(found) is type(expected)
    assert orjson.dumps([[found]])


def test_json_that_is_not_too_deep_is_json() -> None:
    assert isinstance(as_json(DEEP.encode()), list)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-SAFE, SAFE)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text("aö🚲"),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("aö🚲"), inner),
    max_leaves=20,
)


@given(JSON)
def test_json_arrives_as_it_is(value: object) -> None:
    assert as_json(orjson.dumps(value)) == value


@given(st.binary())
def test_any_bytes_under_the_name_of_json_become_json(raw: bytes) -> None:
    assert orjson.dumps(as_json(raw))


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
    ("code", "converter", "flags", "name"),
    [
        (FIELD_TYPE.LONGLONG, as_integer, 0, "bigint"),
        (FIELD_TYPE.VAR_STRING, as_text, 0, "varchar"),
        (FIELD_TYPE.VAR_STRING, as_base64, 0, "varbinary"),
        (FIELD_TYPE.STRING, as_base64, 0, "binary"),
        (FIELD_TYPE.BLOB, as_base64, 0, "blob"),
        (FIELD_TYPE.BLOB, as_text, 0, "text"),
        (FIELD_TYPE.GEOMETRY, as_base64, 0, "geometry"),
        (FIELD_TYPE.JSON, as_json, 0, "json"),
        (FIELD_TYPE.STRING, as_text, FLAG.ENUM, "enum"),
        (FIELD_TYPE.STRING, as_text, FLAG.SET, "set"),
        (199, None, 0, "unknown"),
    ],
)
def test_a_column_says_its_type_as_sql_does(code: int, converter: Any, flags: int, name: str) -> None:
    assert type_name(code, converter, flags) == name


def test_every_type_has_a_name() -> None:
    assert all(name and name == name.lower() for name, _ in values._TYPES.values())


CHARACTERS = dict.fromkeys(("character_set_client", "character_set_connection", "character_set_results"), "utf8mb4")
TIDB = {"max_execution_time": "35000", "tidb_multi_statement_mode": "OFF"}


@pytest.mark.parametrize(
    ("version", "name", "own"),
    [
        ("8.0.11-TiDB-v8.5.1", "tidb", TIDB),
        ("5.7.25-TiDB-v7.1.0-serverless", "tidb", TIDB),
        ("10.11.6-MariaDB-0+deb12u1", "mariadb", {"max_statement_time": "35.000000", "tx_read_only": "1"}),
        ("8.0.36", "mysql", {"max_execution_time": "35000", "transaction_read_only": "1"}),
        ("5.7.44-log", "mysql", {"max_execution_time": "35000", "tx_read_only": "1"}),
        ("", "mysql", {"max_execution_time": "35000", "transaction_read_only": "1"}),
    ],
)
def test_an_engine_is_known_by_its_version_and_has_its_own_walls(version: str, name: str, own: dict[str, str]) -> None:
    engine = engine_of(version)
    assert engine.name == name
    assert engine.session(30) == {"autocommit": "1", "sql_mode": SQL_MODE, **CHARACTERS, **own}


def test_only_tidb_needs_a_transaction_to_keep_a_login_from_writing() -> None:
    beginnings = engine_of("8.0.11-TiDB-v8.5.1").begin()
    assert beginnings[0] == "START TRANSACTION READ ONLY AS OF TIMESTAMP NOW(6)"
    assert beginnings[1] == "START TRANSACTION READ ONLY AS OF TIMESTAMP NOW(6) - INTERVAL 20000 MICROSECOND"
    assert engine_of("10.11.6-MariaDB").begin() == engine_of("8.0.36").begin() == ()


@pytest.mark.parametrize("mode", ["ANSI_QUOTES", "ANSI", "NO_BACKSLASH_ESCAPES", "PIPES_AS_CONCAT", "IGNORE_SPACE"])
def test_no_mode_changes_what_the_gate_takes_for_a_literal(mode: str) -> None:
    assert mode not in SQL_MODE.split(",")
