"""A mutation fuzzer for both SQL gates, and two oracles for each that know nothing of it.

The gate (`judge`) says of a text that it only reads. One oracle runs what it let through on a MariaDB, as an administrator,
and compares everything that could have changed (`mariadb`, `state`). The other asks TiDB's own parser what the text is (`tidb`).

The other gate (`judge_writes`) says what a text changes, and whether a person must decide. The oracles are the same two: what is
let through is run and taken back, or must lose nothing (`mariadb_writes`, `trials`, `kept`); and the tree must say the same (`writes`).
"""
