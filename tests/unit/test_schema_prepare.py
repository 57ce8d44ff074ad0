"""What a schema change may be about: the tables and views of one database."""

import pytest

from mcpserver.sqlgate import Refuse, judge_writes
from mcpserver.tools.schema_prepare import _refuse_others
from tidbmcp.lib.errors import Refused

REFUSED = {
    "another database's table": ("ALTER TABLE other.t ADD a INT", "must be about shop"),
    "one whose letters look like its own": ("ALTER TABLE `ſhop`.t ADD a INT", "must be about shop"),
    "one that differs in case alone": ("ALTER TABLE Shop.t ADD a INT", "written just like that"),
    "one of two tables": ("DROP TABLE t, other.u", "must be about shop"),
    "a table that moves away": ("RENAME TABLE t TO other.t", "must be about shop"),
    "a table that is moved by ALTER": ("ALTER TABLE t RENAME TO other.t", "must be about shop"),
    "a partition that goes elsewhere": ("ALTER TABLE t EXCHANGE PARTITION p WITH TABLE other.u", "must be about shop"),
    "an index elsewhere": ("CREATE INDEX i ON other.t (a)", "must be about shop"),
    "a database": ("CREATE DATABASE other", "is no change of a database's tables or views"),
    "rows": ("DELETE FROM t WHERE id = 1", "db_execute changes rows"),
    "a table that comes back": ("FLASHBACK TABLE t TO u", "FLASHBACK TABLE is no change of a database's tables"),
    "a database that comes back": ("FLASHBACK DATABASE shop", "FLASHBACK DATABASE is no change"),
    "the whole cluster": ("FLASHBACK CLUSTER TO TSO 1", "FLASHBACK is no change"),
    "a table of the bin": ("RECOVER TABLE BY JOB 53", "RECOVER TABLE is no change"),
    "a sequence": ("CREATE SEQUENCE s", "is CREATE, ALTER and DROP of TABLE, INDEX and VIEW"),
    "an event": ("DROP EVENT e", "DROP EVENT is no change"),
    "a trigger": ("DROP TRIGGER g", "DROP TRIGGER is no change"),
    "a procedure": ("DROP PROCEDURE p", "DROP PROCEDURE is no change"),
    "a database with a dot": ("ALTER TABLE `shop.x`.t ADD a INT", "must be about shop"),
    "a view elsewhere": ("CREATE SQL SECURITY INVOKER VIEW other.v AS SELECT 1", "must be about shop"),
    "a user": ("DROP USER a", "is no change of a database's tables or views"),
}


@pytest.mark.parametrize(("sql", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_about_this_database_is_refused(sql: str, sentence: str) -> None:
    writes = judge_writes([sql])
    assert not isinstance(writes, Refuse)
    with pytest.raises(Refused, match=sentence):
        _refuse_others(writes, "shop")


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE shop.t LIKE other.u",
        "CREATE VIEW v AS SELECT a FROM other.t",
        "CREATE ALGORITHM = MERGE SQL SECURITY INVOKER VIEW v AS SELECT a FROM other.t",
        "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES other.u (id)",
        "RENAME TABLE t TO shop.u",
        "ALTER TABLE shop.orders ADD a INT",
        "ALTER TABLE shop.`x.y` ADD a INT",
        "DROP TABLE `x.y`, `other.t`",
        "CREATE TABLE user (view INT, event INT)",
        "DROP VIEW v",
        "TRUNCATE t",
    ],
)
def test_what_is_about_it_may_be_tried_and_may_read_from_another(sql: str) -> None:
    writes = judge_writes([sql])
    assert not isinstance(writes, Refuse)
    _refuse_others(writes, "shop")
