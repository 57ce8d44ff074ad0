"""SHOW forms that are open, and their words; and formats of EXPLAIN.

In a form, NAME is a name or `schema.name`. FILTER takes FROM or IN with a name (twice at most), then LIKE a text or WHERE an
expression, which is judged like any other. Left out: accounts (CREATE USER; GRANTS, also one's own, for MariaDB shows the hash
of the password there), what others run (PROCESSLIST, ENGINE ... STATUS, SESSION_STATES, PROFILES, BINDINGS), and the server's
configuration and place in its cluster (VARIABLES, STATUS, CONFIG, MASTER STATUS, BINARY LOGS).

Sources: MySQL 8.4 Reference Manual, "SHOW Statements"; TiDB documentation, "SHOW ..." pages.
"""

from typing import Final

from mcpserver.sqlgate.lists import words

_FILTERED = """
    databases; schemas; tables; full tables; extended tables; extended full tables; table status
    columns; full columns; extended columns; extended full columns; fields; full fields; extended fields; extended full fields
    index; indexes; keys; extended index; extended indexes; extended keys; triggers; full triggers; events
    collation; character set; charset; procedure status; function status; engines; storage engines; plugins; builtins; privileges
    stats_meta; stats_histograms; stats_topn; stats_buckets; stats_healthy; stats_locked; stats_extended; histograms_in_flight
    column_stats_usage; analyze status; placement; placement labels; affinity
"""
_NAMED = """
    create table NAME; create view NAME; create database NAME; create schema NAME; create database if not exists NAME
    create schema if not exists NAME; create sequence NAME; create trigger NAME; create procedure NAME; create function NAME
    create event NAME; create placement policy NAME; create resource group NAME
    table NAME next_row_id; table NAME regions FILTER; table NAME index NAME regions FILTER
    table NAME partition ( NAME ) regions FILTER; table NAME distributions
    placement for database NAME; placement for table NAME; placement for table NAME partition NAME
"""
_SESSION = "warnings LIMIT; errors LIMIT; count ( * ) warnings; count ( * ) errors"


def _forms(text: str, tail: str = "") -> list[tuple[str, ...]]:
    return [tuple(f"{form} {tail}".split()) for line in text.splitlines() for form in line.split(";") if form.strip()]


FORMS: Final = (*_forms(_FILTERED, "FILTER"), *_forms(_NAMED))
"""Each as its words behind SHOW."""

OF_THE_SESSION: Final = tuple(_forms(_SESSION))
"""Those that tell of the statement before them."""

EXPLAIN_FORMATS: Final = words(
    "traditional traditional_strict json tree row brief verbose dot hint binary tidb_json cost_trace plan_cache plan_tree"
)
"""MySQL 8.4, "EXPLAIN Statement"; TiDB, "EXPLAIN"."""
