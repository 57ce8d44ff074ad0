"""Properties of both gates, for any text."""

from hypothesis import given, settings
from hypothesis import strategies as st

from mcpserver.sqlgate import Allow, Refuse, judge, judge_writes
from tests.fuzz.mutate import pieces
from tests.fuzz.seeds.pieces import OPERANDS, RUNNING
from tests.fuzz.seeds.reads import READS
from tests.fuzz.seeds.writes import WRITES

PRINTED = st.characters(exclude_categories=["Cc", "Cs"])
SQL_LIKE = st.lists(
    st.sampled_from(["SELECT", "FROM", "WHERE", "item", "id", "(", ")", ",", ".", ";", "'", '"', "`", "\\", "/*", "*/", "/*!", "--", "#", "@", ":=", "1", "1.", ".1", "0x1", "\n", "\x00", "İ", "�", "+", "*"]), max_size=30
).map(" ".join)  # fmt: skip
HOSTILE_OPERANDS = [operand for operand in OPERANDS if not operand.startswith(("DEFAULT", "VALUES(", "seq."))]
PLAIN_READS = [sql for sql in READS if not any(sign in sql for sign in ("--", "#", "/*", "{"))]


@given(st.text() | SQL_LIKE | st.binary().map(lambda raw: raw.decode("utf-8", "surrogateescape")))
def test_any_text_is_answered(sql: str) -> None:
    assert isinstance(judge(sql), Allow | Refuse)
    assert isinstance(judge_writes([sql]), tuple | Refuse)


@given(
    st.sampled_from(
        ["'", "(", "/*", "SELECT ", "a.", "1", "-", "\\", "`", "\n", "\ud800", "\U0001f600", "/*! ", "((SELECT"]
    )
)
def test_a_megabyte_is_answered(piece: str) -> None:
    text = piece * (2**20 // len(piece))
    assert isinstance(judge("SELECT " + text), Refuse)
    assert isinstance(judge_writes(["DELETE FROM " + text]), Refuse)


@given(st.sampled_from(READS), st.data())
def test_what_is_rendered_is_rendered_the_same_again(sql: str, data: st.DataObject) -> None:
    text = pieces(sql)
    text.insert(
        data.draw(st.integers(0, len(text))),
        data.draw(st.sampled_from([" ", "\n", "/**/", "/* x */ ", " -- x\n", "(", ")", ",", "1", "a", "'b'"])),
    )
    found = judge("".join(text))
    if isinstance(found, Allow):
        again = judge(found.rendered)
        assert isinstance(again, Allow)
        assert again.rendered == found.rendered


@given(st.sampled_from(WRITES), st.data())
def test_what_would_be_written_is_judged_the_same_again(sql: str, data: st.DataObject) -> None:
    text = pieces(sql)
    text.insert(data.draw(st.integers(0, len(text))), data.draw(st.sampled_from([" ", "/* x */", "(", ",", "a", ".", ";", "'b'", "WHERE", "JOIN", "`c`"])))  # fmt: skip
    found = judge_writes(["".join(text)])
    if not isinstance(found, Refuse):
        assert judge_writes([write.rendered for write in found]) == found


@settings(max_examples=500, derandomize=True)
@given(
    st.sampled_from(PLAIN_READS),
    st.sampled_from(HOSTILE_OPERANDS),
    st.data(),
)
def test_what_is_planted_is_refused_in_every_surrounding(sql: str, planted: str, data: st.DataObject) -> None:
    text = pieces(sql)
    text.insert(data.draw(st.integers(0, len(text))), f" {planted} ")
    assert isinstance(judge("".join(text)), Refuse)


@settings(max_examples=500, derandomize=True)
@given(
    st.sampled_from(PLAIN_READS),
    st.sampled_from([pair for pair in RUNNING if "!" in pair[0] and " *!" not in pair[0]]),
    st.data(),
)
def test_a_comment_that_may_run_is_refused_in_every_place(
    sql: str, comment: tuple[str, str], data: st.DataObject
) -> None:
    text = pieces(sql)
    text.insert(data.draw(st.integers(0, len(text))), f"{comment[0]}1{comment[1]}")
    assert isinstance(judge("".join(text)), Refuse)


@given(
    st.text(PRINTED),
    st.sampled_from(["'", '"']),
    st.sampled_from([sql for sql in READS if "'tool'" in sql]),
    st.booleans(),
)
def test_the_text_of_a_literal_does_not_matter(text: str, quote: str, sql: str, doubled: bool) -> None:
    inner = text.replace("\\", "\\\\").replace(quote, quote * 2 if doubled else f"\\{quote}")
    assert isinstance(judge(sql.replace("'tool'", f"{quote}{inner}{quote}")), Allow)
