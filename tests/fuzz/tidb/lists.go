package main

import (
	"regexp"

	"github.com/pingcap/tidb/pkg/parser/ast"
)

// These lists are written down apart from the gate's: what one of them forgot, the other may know.

var closedSchemas = set("mysql", "sys", "performance_schema", "metrics_schema")

// In information_schema: what other people run and wait for, accounts, configuration, logs.
var closedTables = regexp.MustCompile(`processlist|slow_query|_trx$|^innodb_trx|lock_waits|innodb_lock|deadlock|_log$|` +
	`_config$|privileges|user_attributes|applicable_roles|enabled_roles|_variables$|_status$.*session|memory_usage|` +
	`runaway|resource_groups|client_errors|user_statistics|client_statistics|optimizer_trace|profiling|transaction_summary`)

// What locks, waits, writes, reads a file, keeps something in the session, or shows what others run or hid.
var closedFunctions = set("sleep", "benchmark", "get_lock", "release_lock", "release_all_locks", "is_free_lock",
	"is_used_lock", "load_file", "nextval", "setval", "lastval", "last_insert_id", "found_rows", "row_count",
	"tidb_mvcc_info", "tidb_decode_sql_digests", "tidb_decode_plan", "tidb_decode_binary_plan", "master_pos_wait",
	"master_gtid_wait", "wait_for_executed_gtid_set", "wait_until_sql_thread_after_gtids", "source_pos_wait",
	"setvar", "getvar", "getparam", "sys_exec", "sys_eval", "validate_password_strength")

// Of these, what a change of rows may do in its own session.
var openInChanges = set("nextval", "last_insert_id")

var closedHints = set("set_var", "max_execution_time", "memory_quota", "resource_group", "write_slow_log")

var openVariables = set("version", "version_comment", "sql_mode", "time_zone", "system_time_zone", "autocommit",
	"tx_isolation", "transaction_isolation", "max_allowed_packet", "character_set_client",
	"character_set_connection", "character_set_results", "character_set_database", "character_set_server",
	"collation_connection", "collation_database", "collation_server", "lower_case_table_names", "tidb_current_ts",
	"div_precision_increment", "group_concat_max_len", "default_week_format", "lc_time_names",
	"sql_auto_is_null", "version_compile_os", "version_compile_machine")

var openShows = map[ast.ShowStmtType]bool{
	ast.ShowEngines: true, ast.ShowDatabases: true, ast.ShowTables: true, ast.ShowTableStatus: true,
	ast.ShowColumns: true, ast.ShowCharset: true, ast.ShowCollation: true, ast.ShowCreateTable: true,
	ast.ShowCreateView: true, ast.ShowCreateSequence: true, ast.ShowCreateDatabase: true,
	ast.ShowCreatePlacementPolicy: true, ast.ShowIndex: true, ast.ShowTriggers: true, ast.ShowEvents: true,
	ast.ShowProcedureStatus: true, ast.ShowFunctionStatus: true, ast.ShowCreateProcedure: true,
	ast.ShowWarnings: true, ast.ShowErrors: true, ast.ShowPrivileges: true, ast.ShowPlugins: true,
	ast.ShowBuiltins: true, ast.ShowStatsExtended: true, ast.ShowStatsMeta: true, ast.ShowStatsHistograms: true,
	ast.ShowStatsTopN: true, ast.ShowStatsBuckets: true, ast.ShowStatsHealthy: true, ast.ShowStatsLocked: true,
	ast.ShowHistogramsInFlight: true, ast.ShowColumnStatsUsage: true, ast.ShowAnalyzeStatus: true,
	ast.ShowRegions: true, ast.ShowTableNextRowId: true, ast.ShowPlacement: true,
	ast.ShowPlacementForDatabase: true, ast.ShowPlacementForTable: true, ast.ShowPlacementForPartition: true,
	ast.ShowPlacementLabels: true, ast.ShowDistributions: true, ast.ShowAffinity: true,
}

var statisticsShows = map[ast.ShowStmtType]bool{
	ast.ShowStatsExtended: true, ast.ShowStatsMeta: true, ast.ShowStatsHistograms: true, ast.ShowStatsTopN: true,
	ast.ShowStatsBuckets: true, ast.ShowStatsHealthy: true, ast.ShowStatsLocked: true,
	ast.ShowHistogramsInFlight: true, ast.ShowColumnStatsUsage: true,
}

// Options that ALTER TABLE may set without anybody's decision.
var smallOptions = map[ast.TableOptionType]bool{
	ast.TableOptionComment: true, ast.TableOptionAutoIdCache: true, ast.TableOptionStatsPersistent: true,
	ast.TableOptionStatsAutoRecalc: true, ast.TableOptionStatsSamplePages: true, ast.TableOptionStatsBuckets: true, ast.TableOptionStatsTopN: true,
}

func set(names ...string) map[string]bool {
	made := make(map[string]bool, len(names))
	for _, name := range names {
		made[name] = true
	}
	return made
}
