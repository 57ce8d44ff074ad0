"""Plans that MariaDB 10.11 gave for customers (400 rows) and orders (20,000): EXPLAIN and ANALYZE FORMAT=JSON."""

# ANALYZE FORMAT=JSON SELECT c.name, COUNT(*) FROM customers c JOIN orders o ON o.customer_id = c.id WHERE c.cou
MEASURED_JOIN = """{
  "query_optimization": {
    "r_total_time_ms": 0.060239471
  },
  "query_block": {
    "select_id": 1,
    "r_loops": 1,
    "r_total_time_ms": 5.408744798,
    "filesort": {
      "sort_key": "count(0) desc",
      "r_loops": 1,
      "r_total_time_ms": 0.016556524,
      "r_used_priority_queue": false,
      "r_output_rows": 33,
      "r_buffer_size": "1KiB",
      "r_sort_mode": "sort_key,rowid",
      "temporary_table": {
        "nested_loop": [
          {
            "table": {
              "table_name": "c",
              "access_type": "ALL",
              "possible_keys": ["PRIMARY", "customers_country"],
              "r_loops": 1,
              "rows": 400,
              "r_rows": 400,
              "r_table_time_ms": 0.05268679,
              "r_other_time_ms": 0.041915642,
              "r_engine_stats": {
                "pages_accessed": 1
              },
              "filtered": 33.25,
              "r_filtered": 33.25,
              "attached_condition": "c.country = 'DE'"
            }
          },
          {
            "table": {
              "table_name": "o",
              "access_type": "ref",
              "possible_keys": ["orders_customer"],
              "key": "orders_customer",
              "key_length": "5",
              "used_key_parts": ["customer_id"],
              "ref": ["shop.c.id"],
              "r_loops": 133,
              "rows": 24,
              "r_rows": 50,
              "r_table_time_ms": 4.7678773,
              "r_other_time_ms": 0.489900248,
              "r_engine_stats": {
                "pages_accessed": 13582
              },
              "filtered": 100,
              "r_filtered": 24.81203008,
              "attached_condition": "o.`status` = 'paid'"
            }
          }
        ]
      }
    }
  }
}"""

# EXPLAIN FORMAT=JSON SELECT * FROM orders WHERE lower(status) = 'paid' ORDER BY total
SORTED_SCAN = """{
  "query_block": {
    "select_id": 1,
    "nested_loop": [
      {
        "read_sorted_file": {
          "filesort": {
            "sort_key": "orders.total",
            "table": {
              "table_name": "orders",
              "access_type": "ALL",
              "rows": 19739,
              "filtered": 100,
              "attached_condition": "lcase(orders.`status`) = 'paid'"
            }
          }
        }
      }
    ]
  }
}"""

# EXPLAIN FORMAT=JSON SELECT a.id FROM customers a, orders b LIMIT 3
CROSSED = """{
  "query_block": {
    "select_id": 1,
    "nested_loop": [
      {
        "table": {
          "table_name": "a",
          "access_type": "index",
          "key": "customers_country",
          "key_length": "9",
          "used_key_parts": ["country"],
          "rows": 400,
          "filtered": 100,
          "using_index": true
        }
      },
      {
        "block-nl-join": {
          "table": {
            "table_name": "b",
            "access_type": "index",
            "key": "orders_customer",
            "key_length": "5",
            "used_key_parts": ["customer_id"],
            "rows": 19739,
            "filtered": 100,
            "using_index": true
          },
          "buffer_type": "flat",
          "buffer_size": "5KiB",
          "join_type": "BNL"
        }
      }
    ]
  }
}"""

# EXPLAIN FORMAT=JSON SELECT a.id FROM orders a, orders b WHERE a.total < b.total LIMIT 3
TIED_BY_LESS = """{
  "query_block": {
    "select_id": 1,
    "nested_loop": [
      {
        "table": {
          "table_name": "a",
          "access_type": "ALL",
          "rows": 19739,
          "filtered": 100
        }
      },
      {
        "block-nl-join": {
          "table": {
            "table_name": "b",
            "access_type": "ALL",
            "rows": 19739,
            "filtered": 100
          },
          "buffer_type": "flat",
          "buffer_size": "256KiB",
          "join_type": "BNL",
          "attached_condition": "a.total < b.total"
        }
      }
    ]
  }
}"""

# EXPLAIN FORMAT=JSON SELECT id FROM customers WHERE id IN (SELECT customer_id FROM orders WHERE total > 19000)
UNION = """{
  "query_block": {
    "union_result": {
      "table_name": "<union1,3>",
      "access_type": "ALL",
      "query_specifications": [
        {
          "query_block": {
            "select_id": 1,
            "nested_loop": [
              {
                "table": {
                  "table_name": "customers",
                  "access_type": "index",
                  "possible_keys": ["PRIMARY"],
                  "key": "customers_country",
                  "key_length": "9",
                  "used_key_parts": ["country"],
                  "rows": 400,
                  "filtered": 100,
                  "using_index": true
                }
              },
              {
                "table": {
                  "table_name": "<subquery2>",
                  "access_type": "eq_ref",
                  "possible_keys": ["distinct_key"],
                  "key": "distinct_key",
                  "key_length": "4",
                  "used_key_parts": ["customer_id"],
                  "ref": ["func"],
                  "rows": 1,
                  "filtered": 100,
                  "materialized": {
                    "unique": 1,
                    "query_block": {
                      "select_id": 2,
                      "nested_loop": [
                        {
                          "table": {
                            "table_name": "orders",
                            "access_type": "ALL",
                            "possible_keys": ["orders_customer"],
                            "rows": 19739,
                            "filtered": 100,
                            "attached_condition": "orders.total > 19000"
                          }
                        }
                      ]
                    }
                  }
                }
              }
            ]
          }
        },
        {
          "query_block": {
            "select_id": 3,
            "operation": "UNION",
            "table": {
              "message": "No tables used"
            }
          }
        }
      ]
    }
  }
}"""

# ANALYZE FORMAT=JSON WITH t AS (SELECT customer_id, SUM(total) s FROM orders GROUP BY customer_id) SELECT c.nam
GROUPED_BEFORE = """{
  "query_optimization": {
    "r_total_time_ms": 0.045599068
  },
  "query_block": {
    "select_id": 1,
    "r_loops": 1,
    "r_total_time_ms": 4.83599099,
    "nested_loop": [
      {
        "table": {
          "table_name": "c",
          "access_type": "ALL",
          "possible_keys": ["PRIMARY"],
          "r_loops": 1,
          "rows": 400,
          "r_rows": 400,
          "r_table_time_ms": 0.039577742,
          "r_other_time_ms": 0.020614693,
          "r_engine_stats": {
            "pages_accessed": 1
          },
          "filtered": 100,
          "r_filtered": 100
        }
      },
      {
        "table": {
          "table_name": "<derived2>",
          "access_type": "ref",
          "possible_keys": ["key0"],
          "key": "key0",
          "key_length": "5",
          "used_key_parts": ["customer_id"],
          "ref": ["shop.c.id"],
          "r_loops": 400,
          "rows": 49,
          "r_rows": 1,
          "r_table_time_ms": 0.110605325,
          "r_other_time_ms": 0.063248977,
          "filtered": 100,
          "r_filtered": 100,
          "attached_condition": "t.s > 100",
          "materialized": {
            "query_block": {
              "select_id": 2,
              "r_loops": 1,
              "r_total_time_ms": 4.665611924,
              "having_condition": "s > 100",
              "filesort": {
                "sort_key": "orders.customer_id",
                "r_loops": 1,
                "r_total_time_ms": 0.045779499,
                "r_used_priority_queue": false,
                "r_output_rows": 400,
                "r_buffer_size": "8KiB",
                "r_sort_mode": "sort_key,rowid",
                "temporary_table": {
                  "nested_loop": [
                    {
                      "table": {
                        "table_name": "orders",
                        "access_type": "ALL",
                        "possible_keys": ["orders_customer"],
                        "r_loops": 1,
                        "rows": 19739,
                        "r_rows": 20000,
                        "r_table_time_ms": 1.750315788,
                        "r_other_time_ms": 2.79644185,
                        "r_engine_stats": {
                          "pages_accessed": 52
                        },
                        "filtered": 100,
                        "r_filtered": 100
                      }
                    }
                  ]
                }
              }
            }
          }
        }
      }
    ]
  }
}"""

# EXPLAIN FORMAT=JSON SELECT 1
NO_TABLE = """{
  "query_block": {
    "select_id": 1,
    "table": {
      "message": "No tables used"
    }
  }
}"""

# EXPLAIN FORMAT=JSON SELECT id, ROW_NUMBER() OVER (ORDER BY total) FROM orders WHERE customer_id=3 OR id=4
MERGED = """{
  "query_block": {
    "select_id": 1,
    "window_functions_computation": {
      "sorts": [
        {
          "filesort": {
            "sort_key": "orders.total"
          }
        }
      ],
      "temporary_table": {
        "nested_loop": [
          {
            "table": {
              "table_name": "orders",
              "access_type": "index_merge",
              "possible_keys": ["PRIMARY", "orders_customer"],
              "key_length": "5,4",
              "index_merge": {
                "union": [
                  {
                    "range": {
                      "key": "orders_customer",
                      "used_key_parts": ["customer_id"]
                    }
                  },
                  {
                    "range": {
                      "key": "PRIMARY",
                      "used_key_parts": ["id"]
                    }
                  }
                ]
              },
              "rows": 51,
              "filtered": 100,
              "attached_condition": "orders.customer_id = 3 or orders.`id` = 4"
            }
          }
        ]
      }
    }
  }
}"""

# EXPLAIN FORMAT=JSON SELECT * FROM orders WHERE status = 'paid'
SCAN = """{
  "query_block": {
    "select_id": 1,
    "nested_loop": [
      {
        "table": {
          "table_name": "orders",
          "access_type": "ALL",
          "rows": 19739,
          "filtered": 100,
          "attached_condition": "orders.`status` = 'paid'"
        }
      }
    ]
  }
}"""

# EXPLAIN FORMAT=JSON SELECT COUNT(*) FROM orders WHERE status LIKE '%a%' AND EXISTS (SELECT 1 FROM customers c
OPEN_LIKE = """{
  "query_block": {
    "select_id": 1,
    "nested_loop": [
      {
        "table": {
          "table_name": "orders",
          "access_type": "ALL",
          "rows": 19739,
          "filtered": 100,
          "attached_condition": "orders.`status` like '%a%'"
        }
      },
      {
        "table": {
          "table_name": "<subquery2>",
          "access_type": "eq_ref",
          "possible_keys": ["distinct_key"],
          "key": "distinct_key",
          "key_length": "203",
          "used_key_parts": ["name"],
          "ref": ["func"],
          "rows": 1,
          "filtered": 100,
          "attached_condition": "orders.`status` = c.`name`",
          "materialized": {
            "unique": 1,
            "query_block": {
              "select_id": 2,
              "nested_loop": [
                {
                  "table": {
                    "table_name": "c",
                    "access_type": "ALL",
                    "rows": 400,
                    "filtered": 100
                  }
                }
              ]
            }
          }
        }
      }
    ]
  }
}"""
