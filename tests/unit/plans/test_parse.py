"""Plans of three engines in one shape; what is not understood is none, and never an error."""

from typing import Any

import pytest

from mcpserver.sql.plans.parse import as_text, understood
from mcpserver.sql.plans.shape import Access, Operator, Plan
from mcpserver.sql.plans.text import LINE_MOST, both
from tests.unit.plans import mariadb, mysql, tidb


def plan_of(columns: list[str], rows: list[list[Any]]) -> Plan:
    plan = understood(columns, rows)
    assert plan is not None
    return plan


def of_text(text: str) -> Plan:
    return plan_of(["EXPLAIN"], [[text]])


def drawn(plan: Plan) -> list[str]:
    """Each operator with its depth, kind, table and index."""
    return [f"{'.' * len(list(plan.above(one)))}{' '.join(filter(None, (one.operator, one.table, one.index)))}" for one in plan.operators]  # fmt: skip


def reading(plan: Plan, table: str) -> Operator:
    return next(one for one in plan.operators if one.table == table)


# TiDB


def test_tidb_draws_its_tree_with_signs() -> None:
    assert drawn(plan_of(tidb.ANALYZED, tidb.MEASURED_JOIN)) == [
        "HashAgg",
        ".HashJoin",
        "..TableReader(Build)",
        "...Selection",
        "....TableFullScan customers",
        "..IndexLookUp(Probe)",
        "...IndexRangeScan(Build) orders orders_customer",
        "...TableRowIDScan(Probe) orders",
    ]


def test_tidb_measures_rows_times_and_request_units() -> None:
    plan = plan_of(tidb.ANALYZED, tidb.MEASURED_JOIN)
    assert (plan.request_units, plan.execution_time_ms, plan.estimated_rows) == (257.62, 62_500, 8)
    assert [one.actual_rows for one in plan.operators[:3]] == [9, 20_000, 13_300]
    assert plan.operators[5].time_ms == pytest.approx(0.3456)
    assert plan.operators[4].time_ms is None


def test_tidb_tells_no_request_units_without_running() -> None:
    plan = plan_of(tidb.EXPLAINED, tidb.SCAN)
    assert (plan.request_units, plan.execution_time_ms) == (None, None)


def test_tidb_draws_ctes_beside_each_other() -> None:
    assert drawn(plan_of(tidb.EXPLAINED, tidb.CTE)) == [
        "CTEFullScan n",
        "CTE_0",
        ".Projection(Seed Part)",
        "..TableDual",
        ".Projection(Recursive Part)",
        "..CTETable",
    ]


TIDB_ACCESS = {
    "full scan": (tidb.EXPLAINED, tidb.SCAN, "o", Access.FULL_SCAN),
    "point": (tidb.EXPLAINED, tidb.POINT, "orders", Access.POINT),
    "range": (tidb.ANALYZED, tidb.MEASURED_JOIN, "orders", Access.RANGE),
    "for each row of a join": (tidb.ANALYZED, tidb.INDEX_JOIN, "o", Access.LOOKUP),
}


@pytest.mark.parametrize(("columns", "rows", "table", "access"), TIDB_ACCESS.values(), ids=TIDB_ACCESS)
def test_how_tidb_comes_to_rows(columns: list[str], rows: list[list[Any]], table: str, access: Access) -> None:
    assert reading(plan_of(columns, rows), table).access is access


# MariaDB, and MySQL before 8


def test_mariadb_nests_its_tree() -> None:
    assert drawn(of_text(mariadb.MEASURED_JOIN)) == [
        "query block",
        ".filesort",
        "..temporary table",
        "...nested loop",
        "....table c",
        "....table o orders_customer",
    ]
    assert drawn(of_text(mariadb.UNION))[:4] == ["query block", ".union", "..query block", "...nested loop"]
    assert drawn(of_text(mariadb.NO_TABLE)) == ["query block", ".No tables used"]


def test_mariadb_measures_rows_of_a_loop_and_the_time_of_all() -> None:
    plan = of_text(mariadb.MEASURED_JOIN)
    inner = reading(plan, "o")
    assert (inner.estimated_rows, inner.actual_rows, inner.loops) == (24, 50, 133)
    assert inner.time_ms == pytest.approx(5.258, abs=0.001)
    assert plan.execution_time_ms == pytest.approx(5.409, abs=0.001)


def test_mariadb_estimates_are_those_of_its_joins() -> None:
    assert of_text(mariadb.CROSSED).estimated_rows == 400 * 19_739
    assert of_text(mariadb.MEASURED_JOIN).estimated_rows == pytest.approx(400 * 0.3325 * 24)
    assert of_text(mariadb.UNION).estimated_rows == 400


def test_a_guess_of_ours_does_not_stand_beside_a_number_that_was_measured() -> None:
    sort = of_text(mariadb.MEASURED_JOIN).operators[1]
    assert (sort.estimated_rows, sort.actual_rows) == (None, 33)


def test_mariadb_names_each_index_that_it_merges() -> None:
    found = reading(of_text(mariadb.MERGED), "orders")
    assert (found.index, found.access) == ("orders_customer, PRIMARY", Access.RANGE)


def test_the_json_of_old_mysql_is_understood_too() -> None:
    plan = of_text(mysql.JSON_OF_5_7)
    assert drawn(plan) == ["query block", ".order", "..nested loop", "...table o", "...table c PRIMARY"]
    assert plan.estimated_rows == pytest.approx(2_000)


def test_a_key_that_stands_twice_is_read_twice() -> None:
    plan = of_text(
        '{"query_block": {"table": {"table_name": "a", "rows": 5}, "table": {"table_name": "b", "rows": 5}}}'
    )
    assert drawn(plan) == ["query block", ".table a", ".table b"]


# MySQL 8


def test_mysql_indents_its_tree() -> None:
    assert drawn(of_text(mysql.MEASURED)) == [
        "Sort",
        ".Table scan <temporary>",
        "..Aggregate using temporary table",
        "...Nested loop inner join",
        "....Filter",
        ".....Table scan u",
        "....Single-row index lookup s PRIMARY",
        "....Covering index lookup c2 <auto_key0>",
    ]


def test_mysql_measures_rows_of_a_loop_and_the_time_of_one() -> None:
    plan = of_text(mysql.MEASURED)
    inner = reading(plan, "s")
    assert (inner.estimated_rows, inner.actual_rows, inner.loops) == (1, 1, 100_000)
    assert inner.time_ms == pytest.approx(100)
    assert plan.execution_time_ms == pytest.approx(14.2)
    assert reading(plan, "c2").actual_rows is None


def test_a_line_break_in_a_literal_is_no_line_of_the_plan_unless_it_looks_like_one() -> None:
    """Then it is taken for an operator, and nothing worse comes of it."""
    plan = of_text(mysql.CROSSED)
    assert drawn(plan)[:5] == [
        "Filter",
        ".Inner hash join (no condition)",
        "..Covering index scan t3 k",
        "..Hash",
        "...Index range scan t1 PRIMARY",
    ]
    assert [one.access for one in plan.operators[2:5]] == [Access.FULL_INDEX_SCAN, None, Access.RANGE]


def test_mysql_says_what_it_need_not_read() -> None:
    assert of_text(mysql.CONSTANT).operators[0].access is Access.POINT


# What is not understood

NOT_UNDERSTOOD: dict[str, tuple[list[str], list[list[Any]]]] = {
    "nothing": (["EXPLAIN"], []),
    "no rows of TiDB": (tidb.EXPLAINED, []),
    "NULL": (["EXPLAIN"], [[None]]),
    "no text": (["EXPLAIN"], [[7]]),
    "other words": (["EXPLAIN"], [[mysql.NOT_A_TREE]]),
    "half of a document": (["EXPLAIN"], [[mariadb.SCAN[:200]]]),
    "a document of something else": (["EXPLAIN"], [['{"plan": [1, 2]}']]),
    "a table that is a number": (["EXPLAIN"], [['{"query_block": {"table": {"table_name": "t", "possible_keys": 5}}}']]),
    "a share that is no number": (["EXPLAIN"], [['{"query_block": {"table": {"table_name": "t", "rows": 1, "filtered": {}}}}']]),
    "very deep": (["EXPLAIN"], [['{"a": ' * 100_000]]),
    "a child before its parent": (tidb.EXPLAINED, [["  └─TableFullScan", "1.00", "root", "", ""]]),
    "a row that is too short": (tidb.EXPLAINED, [["TableFullScan", "1.00"]]),
    "a name that is empty": (tidb.EXPLAINED, [["", "1.00", "root", "", ""]]),
    "a line before its parent": (["EXPLAIN"], [["-> Sort: a\n            -> Table scan on t"]]),
}  # fmt: skip


@pytest.mark.parametrize(("columns", "rows"), NOT_UNDERSTOOD.values(), ids=NOT_UNDERSTOOD)
def test_what_is_not_understood_is_none(columns: list[str], rows: list[list[Any]]) -> None:
    assert understood(columns, rows) is None


def test_what_is_not_understood_can_be_shown_as_it_came() -> None:
    assert as_text([["a", None, 3], ["b", 1.5, ""]]) == "a |  | 3\nb | 1.5 | "


def test_more_rows_than_a_number_holds_are_no_figure() -> None:
    table = '{"table": {"table_name": "t", "access_type": "ALL", "rows": 1e200}}'
    plan = of_text(f'{{"query_block": {{"nested_loop": [{table}, {table}]}}}}')
    assert [one.estimated_rows for one in plan.operators] == [None, None, 1e200, 1e200]
    lines, rows = both(plan, 10_000)
    assert lines[2] == "    #3 table t [full_scan] (estimated 1e+200): ALL"
    assert [row["estimated_rows"] for row in rows] == [None, None, 1e200, 1e200]


# As text


def test_a_line_tells_table_index_access_figures_and_condition() -> None:
    lines, _ = both(of_text(mariadb.MEASURED_JOIN), 100_000)
    assert lines[0] == "#1 query block (estimated 3,192, 5.41 ms)"
    assert lines[5] == (
        "        #6 table o by orders_customer [lookup] (estimated 24, actual 50, loops 133, 5.26 ms): "
        "o.`status` = 'paid' | ref, ref shop.c.id"
    )


def test_as_data_each_operator_says_its_parent() -> None:
    _, rows = both(plan_of(tidb.EXPLAINED, tidb.SCAN), 100_000)
    assert [(row["id"], row["parent"]) for row in rows] == [(1, None), (2, 1), (3, 2)]
    assert rows[2] == {
        "id": 3,
        "parent": 2,
        "operator": "TableFullScan",
        "table": "o",
        "index": None,
        "access": "full_scan",
        "estimated_rows": 1_200_000,
        "actual_rows": None,
        "loops": None,
        "time_ms": None,
        "detail": "cop[tikv], keep order:false, stats:pseudo",
    }


def test_only_whole_operators_are_shown_and_only_as_many_as_fit() -> None:
    plan = plan_of(tidb.ANALYZED, tidb.MEASURED_JOIN)
    lines, rows = both(plan, 1_000)
    assert 0 < len(lines) == len(rows) < len(plan.operators)
    assert both(plan, 10) == ([], [])


def test_texts_of_a_plan_are_made_visible_flat_and_short() -> None:
    condition = 'eq(t.a, "\u202eevil\n\nnew line"), ' + "x" * 1_000
    lines, rows = both(Plan((Operator(1, None, "Selection", table="\u200bt", condition=condition),)), 10_000)
    assert "\n" not in lines[0]
    assert "⟦U+202E⟧evil" in lines[0]
    assert rows[0]["table"] == "⟦U+200B⟧t"
    assert len(rows[0]["detail"]) < LINE_MOST + 20
