"""Plans as MySQL 8 writes them: EXPLAIN FORMAT=TREE and EXPLAIN ANALYZE, after its manual."""

MEASURED = """\
-> Sort: count(0) DESC  (actual time=14.2..14.2 rows=28 loops=1)
    -> Table scan on <temporary>  (actual time=14.2..14.2 rows=28 loops=1)
        -> Aggregate using temporary table  (actual time=14.2..14.2 rows=28 loops=1)
            -> Nested loop inner join  (cost=17181 rows=9857) (actual time=0.0322..509 rows=100000 loops=1)
                -> Filter: (u.deleted = false)  (cost=10282 rows=9857) (actual time=0.0194..63.5 rows=100000 loops=1)
                    -> Table scan on u  (cost=10282 rows=98569) (actual time=0.0185..49 rows=100000 loops=1)
                -> Single-row index lookup on s using PRIMARY (id=u.id)  (cost=0.25 rows=1) (actual time=979e-6..0.001 rows=1 loops=100000)
                -> Covering index lookup on c2 using <auto_key0> (id=c.id)  (cost=244..246 rows=10) (never executed)
"""

CROSSED = """\
-> Filter: (t1.c1 < t3.c1)  (cost=1.05e+6 rows=15.8e+6)
    -> Inner hash join (no condition)  (cost=1.05 rows=15.8e+6)
        -> Covering index scan on t3 using k  (cost=0.35 rows=1)
        -> Hash
            -> Index range scan on t1 using PRIMARY over (id < 5), with index condition: (t1.note = 'a
-> Table scan on x')  (cost=0.70 rows=4)
"""

CONSTANT = "-> Rows fetched before execution  (cost=0.00..0.00 rows=1)\n"

NOT_A_TREE = "<not executable by iterator executor>\n"

JSON_OF_5_7 = """\
{
  "query_block": {
    "select_id": 1,
    "cost_info": {"query_cost": "2409.80"},
    "ordering_operation": {
      "using_filesort": true,
      "nested_loop": [
        {"table": {"table_name": "o", "access_type": "ALL", "possible_keys": ["orders_customer"],
          "rows_examined_per_scan": 20000, "rows_produced_per_join": 2000, "filtered": "10.00",
          "attached_condition": "(`shop`.`o`.`status` = 'paid')"}},
        {"table": {"table_name": "c", "access_type": "eq_ref", "possible_keys": ["PRIMARY"], "key": "PRIMARY",
          "ref": ["shop.o.customer_id"], "rows_examined_per_scan": 1, "filtered": "100.00"}}
      ]
    }
  }
}
"""
