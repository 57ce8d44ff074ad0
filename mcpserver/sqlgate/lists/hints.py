"""Optimizer hints that choose a plan and nothing else.

Sources: TiDB documentation, "Optimizer Hints"; MySQL 8.4 Reference Manual, "Optimizer Hints". A server passes over a hint that
it does not know.
"""

from typing import Final

from mcpserver.sqlgate.lists import words

_JOINS = """
    hash_join no_hash_join hash_join_build hash_join_probe merge_join no_merge_join inl_join no_index_join inl_hash_join
    no_index_hash_join inl_merge_join no_index_merge_join broadcast_join bc_join shuffle_join straight_join leading
    tidb_hj tidb_inlj tidb_smj no_decorrelate semi_join_rewrite
    bka no_bka bnl no_bnl join_fixed_order join_order join_prefix join_suffix semijoin no_semijoin subquery
"""
_AGGREGATION = "hash_agg stream_agg agg_to_cop limit_to_cop mpp_1phase_agg mpp_2phase_agg"
_INDEXES = """
    use_index force_index ignore_index order_index no_order_index use_index_merge no_index_merge index_lookup_pushdown
    no_index_lookup_pushdown hypo_index index no_index index_merge join_index no_join_index group_index no_group_index mrr no_mrr
    no_icp no_range_optimization skip_scan no_skip_scan
"""
_STORAGE = "read_from_storage read_consistent_replica"
_BLOCKS = "qb_name merge no_merge derived_condition_pushdown no_derived_condition_pushdown"
_PLANS = "use_toja use_plan_cache ignore_plan_cache use_cascades nth_plan"

HINTS: Final = words(_JOINS, _AGGREGATION, _INDEXES, _STORAGE, _BLOCKS, _PLANS)
"""In lower case."""

WHY_NOT: Final = {
    "max_execution_time": "MAX_EXECUTION_TIME would beat the limit of time: leave it out. db_query takes timeout_seconds.",
    "memory_quota": "MEMORY_QUOTA would beat the limit of memory: leave it out.",
    "resource_group": "RESOURCE_GROUP would take other people's share of the server: leave it out.",
    "set_var": "SET_VAR changes settings of the server's session: leave it out.",
    "write_slow_log": "WRITE_SLOW_LOG writes into the server's log: leave it out.",
}
