"""Functions that db_query runs: those that only compute, or tell something harmless of the session; and two more of changes.

What is not here is refused, so a stored function is, whatever it does. Left out on purpose: what waits or burns time
(SLEEP, BENCHMARK, *_WAIT), takes or asks for locks (GET_LOCK, IS_USED_LOCK), reads files (LOAD_FILE, DES_ENCRYPT), moves a
sequence or counter (NEXTVAL, SETVAL, UUID_SHORT), writes or reads what a session holds (LAST_INSERT_ID, FOUND_ROWS,
ROW_COUNT, LASTVAL), shows what others ran (TIDB_DECODE_SQL_DIGESTS) or goes round rights (TIDB_MVCC_INFO), or sends text to
a paid service of the caller's choice (EMBED_TEXT).

Sources: MySQL 8.4 Reference Manual, chapter 14; MariaDB 11 Knowledge Base, "Built-in Functions"; TiDB documentation,
"Functions and Operators".
"""

from typing import Final

from mcpserver.sqlgate.lists import words

_AGGREGATES = """
    any_value approx_count_distinct approx_percentile avg bit_and bit_or bit_xor count group_concat grouping json_arrayagg
    json_objectagg max median min percentile_cont percentile_disc std stddev stddev_pop stddev_samp sum var_pop var_samp
    variance
"""

_WINDOWS = "cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank row_number"

_FLOW = "coalesce greatest if ifnull interval isnull least nullif nvl nvl2 row values default"

_STRINGS = """
    ascii bin bit_length char char_length character_length chr concat concat_ws elt export_set field find_in_set format
    from_base64 hex insert instr lcase left length lengthb locate lower lpad ltrim make_set match mid natural_sort_key oct
    octet_length ord position quote regexp_instr regexp_like regexp_replace regexp_substr repeat replace reverse right rpad
    rtrim sformat soundex space strcmp substr substring substring_index to_base64 to_char translate trim ucase unhex upper
    weight_string
"""

_NUMBERS = """
    abs acos asin atan atan2 bit_count ceil ceiling conv cos cot crc32 crc32c degrees exp floor ln log log10 log2 mod pi pow
    power radians rand round sign sin sqrt tan truncate
"""

_TIMES = """
    add_months adddate addtime convert_tz curdate current_date current_time current_timestamp curtime date date_add
    date_format date_sub datediff day dayname dayofmonth dayofweek dayofyear extract from_days from_unixtime get_format hour
    last_day localtime localtimestamp makedate maketime microsecond minute month monthname months_between now period_add
    period_diff quarter sec_to_time second str_to_date subdate subtime sysdate time time_format time_to_sec timediff timestamp
    timestampadd timestampdiff to_days to_seconds unix_timestamp utc_date utc_time utc_timestamp week weekday weekofyear year
    yearweek
"""

_CASTS = """
    binary cast convert bigint datetime dec decimal double float int integer mediumint nchar numeric real smallint tinyint
    varbinary varchar vector
"""
"""Types too, which take a length in parentheses."""

_JSON = """
    json_array json_array_append json_array_insert json_array_intersect json_compact json_contains json_contains_path
    json_depth json_detailed json_equals json_exists json_extract json_insert json_key_value json_keys json_length json_loose
    json_memberof json_merge json_merge_patch json_merge_preserve json_normalize json_object json_object_filter_keys
    json_object_to_array json_overlaps json_pretty json_query json_quote json_remove json_replace json_schema_valid
    json_schema_validation_report json_search json_set json_storage_free json_storage_size json_sum_crc32 json_table json_type
    json_unquote json_valid json_value
"""

_DIGESTS = """
    aes_decrypt aes_encrypt compress decode encode md5 old_password password random_bytes sha sha1 sha2 sm3 statement_digest
    statement_digest_text uncompress uncompressed_length
"""

_ADDRESSES = """
    bin_to_uuid inet6_aton inet6_ntoa inet_aton inet_ntoa is_ipv4 is_ipv4_compat is_ipv4_mapped is_ipv6 is_uuid sys_guid uuid
    uuid_timestamp uuid_to_bin uuid_v4 uuid_v7 uuid_version
"""

_SESSION = """
    charset coercibility collation connection_id current_role current_user database format_bytes
    format_nano_time format_pico_time icu_version schema session_user system_user user version
"""

_XML = "extractvalue updatexml"

_DYNAMIC_COLUMNS = (
    "column_add column_check column_create column_delete column_exists column_get column_json column_list"
)
"""MariaDB, "Dynamic Columns": they compute a value, and store nothing."""

_OTHERS = "decode_histogram gtid_subset gtid_subtract rownum to_date to_number validate_password_strength value"

_TIDB = """
    tidb_bounded_staleness tidb_current_tso tidb_decode_binary_plan tidb_decode_key tidb_decode_plan tidb_encode_index_key
    tidb_encode_record_key tidb_encode_sql_digest tidb_is_ddl_owner tidb_parse_tso tidb_parse_tso_logical tidb_row_checksum
    tidb_shard tidb_version current_resource_group vitess_hash regions
"""
"""TiDB documentation, "TiDB Specific Functions"; REGIONS is what TABLESAMPLE takes."""

_VECTORS = """
    vec_as_text vec_cosine_distance vec_dims vec_embed_cosine_distance vec_embed_l2_distance vec_from_text vec_l1_distance
    vec_l2_distance vec_l2_norm vec_negative_inner_product
    vec_distance vec_distance_cosine vec_distance_euclidean vec_fromtext vec_totext
    distance from_vector string_to_vector to_vector vector_dim vector_to_string
"""
"""TiDB, "Vector Functions and Operators"; then MariaDB 11.8; then MySQL 9.4."""

_FULL_TEXT = "fts_match_word fts_match_phrase fts_match_prefix fts_match_regexp"
"""TiDB, "Full-Text Search with SQL"; MATCH ... AGAINST stands among the strings."""

_SPATIAL = """
    geomcollection geometrycollection linestring multilinestring multipoint multipolygon point polygon mbrcontains
    mbrcoveredby mbrcovers mbrdisjoint mbrequals mbrintersects mbroverlaps mbrtouches mbrwithin
    st_area st_asbinary st_asgeojson st_astext st_aswkb st_aswkt st_boundary st_buffer st_centroid st_collect
    st_contains st_convexhull st_crosses st_difference st_dimension st_disjoint st_distance st_distance_sphere
    st_endpoint st_envelope st_equals st_exteriorring st_geohash st_geomcollfromtext st_geometrycollectionfromtext
    st_geometryfromtext st_geometryfromwkb st_geometryn st_geometrytype st_geomfromgeojson st_geomfromtext
    st_geomfromwkb st_interiorringn st_intersection st_intersects st_isclosed st_isempty st_isring st_issimple
    st_isvalid st_latfromgeohash st_latitude st_length st_linefromtext st_linefromwkb st_linestringfromtext
    st_linestringfromwkb st_longfromgeohash st_longitude st_makeenvelope st_numgeometries st_numinteriorrings
    st_numpoints st_overlaps st_pointfromgeohash st_pointfromtext st_pointfromwkb st_pointn st_pointonsurface
    st_polyfromtext st_polyfromwkb st_polygonfromtext st_polygonfromwkb st_relate st_simplify st_srid st_startpoint
    st_swapxy st_symdifference st_touches st_transform st_union st_validate st_within st_x st_y
"""

FUNCTIONS: Final = words(
    _AGGREGATES, _WINDOWS, _FLOW, _STRINGS, _NUMBERS, _TIMES, _CASTS, _JSON, _DIGESTS, _ADDRESSES, _SESSION, _XML,
    _DYNAMIC_COLUMNS, _OTHERS, _TIDB, _VECTORS, _FULL_TEXT, _SPATIAL,
)  # fmt: skip
"""In lower case."""

IN_CHANGES: Final = FUNCTIONS | words("last_insert_id nextval")
"""What a change of rows may call, too: it has a connection of its own, and the number of a parent for its children is asked
for there. NEXTVAL opens NEXT VALUE FOR."""

WHY_NOT: Final = {
    "sleep": "SLEEP only takes time: leave it out.",
    "benchmark": "BENCHMARK only takes time: leave it out.",
    "get_lock": "GET_LOCK takes a lock by hand: leave it out.",
    "release_lock": "Locks are not open here: leave RELEASE_LOCK out.",
    "release_all_locks": "Locks are not open here: leave RELEASE_ALL_LOCKS out.",
    "is_used_lock": "Locks are not open here: leave IS_USED_LOCK out.",
    "is_free_lock": "Locks are not open here: leave IS_FREE_LOCK out.",
    "load_file": "Files of the server are not open here: leave LOAD_FILE out.",
    "nextval": "NEXTVAL moves the sequence, which is a change: select from the sequence to look at it.",
    "setval": "SETVAL moves the sequence, which is a change.",
    "lastval": "Connections are shared, so LASTVAL would tell of somebody else's statement.",
    "last_insert_id": "Connections are shared, so LAST_INSERT_ID would tell of somebody else's statement.",
    "found_rows": "Connections are shared, so FOUND_ROWS would tell of somebody else's statement: use COUNT(*).",
    "row_count": "Connections are shared, so ROW_COUNT would tell of somebody else's statement.",
    "uuid_short": "UUID_SHORT moves a counter of the server: use UUID().",
    "tidb_decode_sql_digests": "What others run is not shown here: leave TIDB_DECODE_SQL_DIGESTS out.",
    "tidb_mvcc_info": "TIDB_MVCC_INFO goes round the rights of tables: leave it out.",
}
"""Of functions that are asked for by name, the reason; others are just not known."""
