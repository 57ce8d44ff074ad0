"""System schemas, and what of information_schema is open.

Open is what describes schema, statistics, storage and what the server can do. Closed are accounts and their rights, what other
sessions run or hold (with the values in it), logs, configuration and addresses of the cluster.

Sources: MySQL 8.4 Reference Manual, "INFORMATION_SCHEMA Tables"; MariaDB Knowledge Base, "Information Schema Tables"; TiDB
documentation, "Information Schema".
"""

from typing import Final

from mcpserver.sqlgate.lists import words

CLOSED_SCHEMAS: Final = frozenset(
    {"mysql", "sys", "performance_schema", "metrics_schema", "inspection_schema", "workload_schema", "ndbinfo"}
)
"""Accounts, hashes and the server's inside. Of system schemas only information_schema is open, and that by table."""

INFORMATION_SCHEMA: Final = "information_schema"

_SCHEMA = """
    character_sets check_constraints collation_character_set_applicability collations column_statistics columns
    columns_extensions engines events geometry_columns key_column_usage keywords parameters partitions plugins
    referential_constraints routines schemata schemata_extensions spatial_ref_sys sql_functions st_geometry_columns
    st_spatial_reference_systems st_units_of_measure statistics system_versions table_constraints
    table_constraints_extensions tables tables_extensions triggers view_column_usage view_routine_usage
    view_table_usage views sequences periods key_period_usage
"""

_TIDB = """
    analyze_status attributes cluster_statements_summary cluster_statements_summary_evicted
    cluster_statements_summary_history cluster_tidb_index_usage ddl_jobs placement_policies resource_groups
    statements_summary statements_summary_evicted statements_summary_history table_storage_stats tidb_check_constraints
    tidb_hot_regions tidb_hot_regions_history tidb_index_usage tidb_indexes tiflash_indexes tiflash_replica tiflash_segments
    tiflash_tables tikv_region_peers tikv_region_status tikv_store_status
"""
"""A statement summary holds a sample of each statement, with its values: TiDB shows a user without PROCESS only their own."""

TABLES: Final = words(_SCHEMA, _TIDB)
"""Tables of information_schema that are open, in lower case."""
