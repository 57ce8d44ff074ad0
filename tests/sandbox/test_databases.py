"""The databases behind the clusters: what is in them, who may do what, and that they come back."""

from decimal import Decimal
from typing import Any

import MySQLdb
import pytest
from MySQLdb.connections import Connection

from tests.sandbox.conftest import Connect
from tests.sandbox_process import SandboxProcess


def rows(connection: Connection, sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def value(connection: Connection, sql: str) -> Any:
    return rows(connection, sql)[0][0]


@pytest.fixture
def shop(sandbox: SandboxProcess) -> dict[str, Any]:
    return sandbox.cluster("shop")


@pytest.fixture
def freight(sandbox: SandboxProcess) -> dict[str, Any]:
    return sandbox.cluster("northwind-freight")


class TestData:
    def test_the_shop_has_some_thousand_rows(self, connect: Connect, shop: dict[str, Any]) -> None:
        reader = connect(shop)
        counts = [value(reader, f"SELECT COUNT(*) FROM shop.{table}") for table in TABLES]
        assert counts == [400, 120, 1200, 3003]

    def test_the_sums_are_right(self, connect: Connect, shop: dict[str, Any]) -> None:
        sql = "SELECT SUM(total), (SELECT SUM(quantity * unit_price) FROM shop.order_items) FROM shop.orders"
        total, of_items = rows(connect(shop), sql)[0]
        assert isinstance(total, Decimal)
        assert total == of_items

    def test_names_of_all_scripts_come_back_whole(self, connect: Connect, shop: dict[str, Any]) -> None:
        names = {name for (name,) in rows(connect(shop), "SELECT DISTINCT name FROM shop.customers")}
        assert {"王小明", "فاطمة الزهراء", "Renée Dupont 🌻", "Zoë O'Brien", 'Sam "Sammy" Lee'} <= names

    def test_it_has_nulls_json_and_a_view(self, connect: Connect, shop: dict[str, Any]) -> None:
        reader = connect(shop)
        assert value(reader, "SELECT COUNT(*) FROM shop.customers WHERE preferences IS NULL") > 0
        assert value(reader, "SELECT COUNT(*) FROM shop.customers WHERE JSON_VALUE(preferences, '$.lang') = 'pt'") > 0
        assert value(reader, "SELECT SUM(revenue) FROM shop.monthly_sales") > 0

    def test_both_clusters_have_a_shop_with_other_contents(
        self, connect: Connect, shop: dict[str, Any], freight: dict[str, Any]
    ) -> None:
        here, there = ({name for (name,) in rows(connect(c), "SHOW TABLES FROM shop")} for c in (shop, freight))
        assert here == {*TABLES, "monthly_sales"}
        assert there == {"customers", "spare_parts"}
        assert value(connect(freight), "SELECT COUNT(*) FROM shop.customers") == 25

    def test_a_login_of_one_cluster_is_unknown_to_the_other(
        self, connect: Connect, shop: dict[str, Any], freight: dict[str, Any]
    ) -> None:
        with pytest.raises(MySQLdb.OperationalError, match="Access denied"):
            connect({**freight, "logins": shop["logins"]})

    def test_it_behaves_like_tidb_where_it_can(self, connect: Connect, shop: dict[str, Any]) -> None:
        reader = connect(shop)
        assert value(reader, "SELECT COUNT(*) FROM SHOP.Customers") == 400
        with pytest.raises(MySQLdb.OperationalError, match="isn't in GROUP BY"):
            rows(reader, "SELECT city, name FROM shop.customers GROUP BY city")


TABLES = ("customers", "products", "orders", "order_items")

READ = "SELECT COUNT(*) FROM shop.orders"
WRITES = {
    "insert": "INSERT INTO test.kept VALUES (2)",
    "update": "UPDATE test.kept SET id = 3 WHERE id = 2",
    "delete": "DELETE FROM test.kept WHERE id = 3",
}
CHANGES = {
    "create a table": "CREATE TABLE test.t_{role} (id INT)",
    "alter a table": "ALTER TABLE test.kept COMMENT 'x'",
    "truncate a table": "TRUNCATE TABLE test.spare",
    "create a database": "CREATE DATABASE d_{role}",
    "drop a database": "DROP DATABASE IF EXISTS d_{role}",
    "create a view": "CREATE OR REPLACE VIEW test.v AS SELECT 1",
    "create a user": "CREATE USER 'u_{role}'@'%' IDENTIFIED BY 'Some-Passw0rd'",
    "grant": "GRANT SELECT, INSERT ON *.* TO 'u_{role}'@'%'",
    "drop a user": "DROP USER 'u_{role}'@'%'",
}
WATCH = {"see everybody's transactions": "SELECT COUNT(*) FROM information_schema.innodb_trx"}
NEVER = {
    "set a global": "SET GLOBAL max_connections = 5",
    "shut down": "SHUTDOWN",
    "write a file": "SELECT 1 INTO OUTFILE '/tmp/out'",
    "read a file": "LOAD DATA INFILE '/etc/passwd' INTO TABLE test.kept",
    "load a plugin": "INSTALL SONAME 'ha_connect'",
    "make a function of a library": "CREATE FUNCTION f RETURNS INT SONAME 'f.so'",
    "act as a replica": "CHANGE MASTER TO master_host = 'x'",
    "leave the binary log": "SET SESSION sql_log_bin = 0",
    "take all rights": "GRANT ALL ON *.* TO 'x'@'%' IDENTIFIED BY 'Some-Passw0rd'",
    "read again who may what": "FLUSH PRIVILEGES",
}
SYSTEM = {
    "change accounts": "UPDATE mysql.global_priv SET priv = '{{}}' WHERE user = 'nobody'",
    "add a function": "DELETE FROM mysql.func",
    "change sys": "UPDATE sys.sys_config SET value = 1 WHERE variable = 'x'",
}


@pytest.fixture(scope="class")
def prepared(sandbox: SandboxProcess) -> dict[str, Any]:
    cluster = sandbox.cluster("shop")
    root = MySQLdb.connect(host=cluster["host"], port=cluster["port"], autocommit=True, **cluster["root"])
    rows(root, "CREATE TABLE test.kept (id INT)")
    rows(root, "CREATE TABLE test.spare (id INT)")
    root.close()
    return cluster


def table_of(*named: dict[str, str]) -> Any:
    statements = {name: sql for group in named for name, sql in group.items()}
    return pytest.mark.parametrize("sql", statements.values(), ids=statements.keys())


class TestPrivileges:
    @table_of(WRITES, CHANGES, WATCH, NEVER, SYSTEM)
    def test_a_reader_may_not(self, connect: Connect, prepared: dict[str, Any], sql: str) -> None:
        refuse(connect(prepared, "role_readonly"), sql, "reader")

    @table_of(CHANGES, WATCH, NEVER, SYSTEM)
    def test_a_writer_may_not(self, connect: Connect, prepared: dict[str, Any], sql: str) -> None:
        refuse(connect(prepared, "role_readwrite"), sql, "writer")

    @table_of(NEVER)
    def test_an_administrator_may_not(self, connect: Connect, prepared: dict[str, Any], sql: str) -> None:
        refuse(connect(prepared, "role_admin"), sql, "admin")
        refuse(connect(prepared, "root"), sql, "root")

    @pytest.mark.parametrize("role", ["role_readonly", "role_readwrite", "role_admin", "root"])
    def test_everybody_reads(self, connect: Connect, prepared: dict[str, Any], role: str) -> None:
        connection = connect(prepared, role)
        assert value(connection, READ) == 1200
        assert "shop" in {name for (name,) in rows(connection, "SHOW DATABASES")}
        assert rows(connection, "SHOW CREATE VIEW shop.monthly_sales")

    @pytest.mark.parametrize("role", ["role_readwrite", "role_admin", "root"])
    def test_writers_write(self, connect: Connect, prepared: dict[str, Any], role: str) -> None:
        connection = connect(prepared, role)
        for sql in WRITES.values():
            rows(connection, sql)
        rows(connection, "CREATE TEMPORARY TABLE test.mine (id INT)")

    @pytest.mark.parametrize("role", ["role_admin", "root"])
    def test_administrators_change_everything_in_the_databases(
        self, connect: Connect, prepared: dict[str, Any], role: str
    ) -> None:
        connection = connect(prepared, role)
        for sql in (*CHANGES.values(), *WATCH.values()):
            rows(connection, sql.format(role=role))

    def test_a_reader_has_exactly_three_rights(self, connect: Connect, prepared: dict[str, Any]) -> None:
        grants = rows(connect(prepared), "SHOW GRANTS")
        assert len(grants) == 1
        assert grants[0][0].startswith("GRANT SELECT, SHOW DATABASES, SHOW VIEW ON *.* TO ")
        assert "GRANT OPTION" not in grants[0][0]

    def test_a_writer_writes_in_databases_made_later(self, connect: Connect, prepared: dict[str, Any]) -> None:
        admin = connect(prepared, "role_admin")
        rows(admin, "CREATE DATABASE later")
        rows(admin, "CREATE TABLE later.t (id INT)")
        rows(connect(prepared, "role_readwrite"), "INSERT INTO later.t VALUES (1)")
        rows(admin, "DROP DATABASE later")

    def test_nobody_else_is_there(self, connect: Connect, prepared: dict[str, Any]) -> None:
        users = rows(
            connect(prepared, "root"), "SELECT user, JSON_VALUE(priv, '$.authentication_string') FROM mysql.global_priv"
        )
        named = {login["user"] for login in (prepared["root"], *prepared["logins"].values())}
        assert {user for user, _ in users} == {*named, "mariadb.sys"}
        assert all(secret for user, secret in users if user in named)

    @pytest.mark.parametrize("login", [{"user": ""}, {"user": "root"}, {"user": "mysql"}, {"user": "mariadb.sys"}])
    def test_nobody_gets_in_without_a_password(self, prepared: dict[str, Any], login: dict[str, str]) -> None:
        with pytest.raises(MySQLdb.OperationalError, match=r"Access denied|locked"):
            MySQLdb.connect(host=prepared["host"], port=prepared["port"], **login)

    def test_local_files_cannot_be_loaded(self, prepared: dict[str, Any]) -> None:
        server = {"host": prepared["host"], "port": prepared["port"]}
        connection = MySQLdb.connect(**server, **prepared["root"], local_infile=1)
        with pytest.raises(MySQLdb.Error, match=r"not allowed|disabled"):
            rows(connection, "LOAD DATA LOCAL INFILE '/etc/hostname' INTO TABLE test.kept")
        connection.close()


def refuse(connection: Connection, sql: str, role: str) -> None:
    with pytest.raises(MySQLdb.Error) as refused:
        rows(connection, sql.format(role=role))
    assert refused.value.args[0] in DENIED, refused.value


# No right: to a database, by password, to a table, over the server, to grant. And a library that is not there to load.
DENIED = {1044, 1045, 1126, 1142, 1227}


class TestServer:
    def test_a_killed_server_comes_back_with_its_data(
        self, sandbox: SandboxProcess, connect: Connect, freight: dict[str, Any]
    ) -> None:
        before = connect(freight, "role_admin")
        rows(before, "CREATE TABLE test.survivor (id INT)")
        first = sandbox.database_pid("northwind-freight")
        sandbox.kill_database("northwind-freight")
        with pytest.raises(MySQLdb.OperationalError):
            rows(before, "SELECT 1")
        after = connect(freight, "role_admin")
        assert rows(after, "SELECT * FROM test.survivor") == []
        assert sandbox.database_pid("northwind-freight") not in (None, first)

    def test_the_other_cluster_does_not_notice(
        self, sandbox: SandboxProcess, connect: Connect, shop: dict[str, Any], freight: dict[str, Any]
    ) -> None:
        other = connect(shop)
        connect(freight)
        sandbox.kill_database("northwind-freight")
        assert value(other, READ) == 1200
