"""Plans as TiDB writes them: rows of EXPLAIN and EXPLAIN ANALYZE FORMAT='brief', after its documentation."""

EXPLAINED = ["id", "estRows", "task", "access object", "operator info"]
ANALYZED = ["id", "estRows", "actRows", "task", "access object", "execution info", "operator info", "memory", "disk"]

SCAN = [
    ["TableReader", "10.00", "root", "", "data:Selection"],
    ["└─Selection", "10.00", "cop[tikv]", "", 'eq(shop.orders.status, "paid")'],
    ["  └─TableFullScan", "1200000.00", "cop[tikv]", "table:o", "keep order:false, stats:pseudo"],
]

COLUMNAR = [
    ["TableReader", "10.00", "root", "", "MppVersion: 2, data:ExchangeSender"],
    ["└─ExchangeSender", "10.00", "mpp[tiflash]", "", "ExchangeType: PassThrough"],
    ["  └─TableFullScan", "1200000.00", "mpp[tiflash]", "table:o", "pushed down filter:gt(shop.orders.total, 5), keep order:false"],
]  # fmt: skip

MEASURED_JOIN = [
    ["HashAgg", "8.00", "9", "root", "", "time:1m2.5s, loops:2, RU:257.62, partial_worker:{wall_time:12ms}", "group by:shop.customers.name, funcs:count(1)->Column#9", "35.6 KB", "0 Bytes"],
    ["└─HashJoin", "12487.50", "20000", "root", "", "time:11.3ms, loops:21, build_hash_table:{total:3ms, fetch:2ms}", "inner join, equal:[eq(shop.orders.customer_id, shop.customers.id)]", "1.1 MB", "0 Bytes"],
    ["  ├─TableReader(Build)", "10.00", "13300", "root", "", "time:2.34ms, loops:2, cop_task: {num: 1, max: 2ms}", "data:Selection", "9 KB", "N/A"],
    ["  │ └─Selection", "10.00", "13300", "cop[tikv]", "", "tikv_task:{time:1ms, loops:3}", 'eq(shop.customers.country, "DE"), eq(lower(shop.customers.city), "x")', "N/A", "N/A"],
    ["  │   └─TableFullScan", "10000.00", "400000", "cop[tikv]", "table:customers", "tikv_task:{time:1ms, loops:3}", "keep order:false, stats:pseudo", "N/A", "N/A"],
    ["  └─IndexLookUp(Probe)", "12487.50", "20000", "root", "partition:all", "time:345.6µs, loops:21, index_task: {total_time: 3ms}", "", "9 KB", "N/A"],
    ["    ├─IndexRangeScan(Build)", "12487.50", "20000", "cop[tikv]", "table:orders, index:orders_customer(customer_id, status)", "tikv_task:{time:1ms}", "range:[1,9], keep order:false", "N/A", "N/A"],
    ["    └─TableRowIDScan(Probe)", "12487.50", "20000", "cop[tikv]", "table:orders", "tikv_task:{time:1ms}", "keep order:false", "N/A", "N/A"],
]  # fmt: skip

INDEX_JOIN = [
    ["IndexJoin", "12487.50", "90000", "root", "", "time:2s, loops:2, RU:12.5", "inner join, inner:IndexLookUp, outer key:shop.c.id, inner key:shop.o.c_id, equal cond:eq(shop.c.id, shop.o.c_id)", "1 KB", "N/A"],
    ["├─TableReader(Build)", "9990.00", "9000", "root", "", "time:1ms, loops:2", "data:TableFullScan", "1 KB", "N/A"],
    ["│ └─TableFullScan", "9990.00", "9000", "cop[tikv]", "table:c", "tikv_task:{time:1ms}", "keep order:false", "N/A", "N/A"],
    ["└─IndexReader(Probe)", "1.25", "90000", "root", "", "time:1ms, loops:2", "index:IndexRangeScan", "1 KB", "N/A"],
    ["  └─IndexRangeScan", "1.25", "90000", "cop[tikv]", "table:o, index:c_id(c_id)", "tikv_task:{time:1ms}", "range: decided by [eq(shop.o.c_id, shop.c.id)], keep order:false", "N/A", "N/A"],
]  # fmt: skip

CROSSED = [
    ["HashJoin", "100000000.00", "root", "", "CARTESIAN inner join"],
    ["├─TableReader(Build)", "10000.00", "root", "", "data:TableFullScan"],
    ["│ └─TableFullScan", "10000.00", "cop[tikv]", "table:b", "keep order:false"],
    ["└─TableReader(Probe)", "10000.00", "root", "", "data:TableFullScan"],
    ["  └─TableFullScan", "10000.00", "cop[tikv]", "table:a", "keep order:false"],
]

CTE = [
    ["CTEFullScan", "2.00", "root", "CTE:n", "data:CTE_0"],
    ["CTE_0", "2.00", "root", "", "Recursive CTE"],
    ["├─Projection(Seed Part)", "1.00", "root", "", "1->Column#2"],
    ["│ └─TableDual", "1.00", "root", "", "rows:1"],
    ["└─Projection(Recursive Part)", "0.80", "root", "", "plus(i, 1)->Column#5"],
    ["  └─CTETable", "1.00", "root", "", "Scan on CTE_0"],
]

FILTERED_LATER = [
    ["Selection", "960000.00", "root", "", "gt(radians(shop.orders.total), 5)"],
    ["└─TableReader", "1200000.00", "root", "", "data:TableFullScan"],
    ["  └─TableFullScan", "1200000.00", "cop[tikv]", "table:o", "keep order:false"],
]

POINT = [["Point_Get_1", "1.00", "root", "table:orders, index:orders_ref(ref)", ""]]

SORT = [
    ["Sort", "1200000.00", "root", "", "shop.orders.total"],
    ["└─TableReader", "1200000.00", "root", "", "data:TableFullScan"],
    ["  └─TableFullScan", "1200000.00", "cop[tikv]", "table:orders", "keep order:false"],
]
