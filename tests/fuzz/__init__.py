"""A mutation fuzzer for the SQL gate, and two oracles that know nothing of it.

The gate (`judge`) says of a text that it only reads. One oracle runs what it let through on a MariaDB, as an administrator,
and compares everything that could have changed (`mariadb`, `state`). The other asks TiDB's own parser what the text is (`tidb`).
"""
