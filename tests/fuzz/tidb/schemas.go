package main

import (
	"fmt"
	"strings"

	"github.com/pingcap/tidb/pkg/parser/ast"
)

// schemas knows the statements that change what there is. Those that only add are decided by nobody.
func (change *changer) schemas(statement ast.Node) {
	switch node := statement.(type) {
	case *ast.CreateTableStmt:
		change.createTable(node)
	case *ast.CreateDatabaseStmt:
		change.Tables = append(change.Tables, node.Name.O)
		change.database(node.Name.O)
	case *ast.CreateIndexStmt:
		change.tables(node.Table)
	case *ast.CreateViewStmt:
		change.createView(node)
	case *ast.CreateSequenceStmt:
		change.tables(node.Name)
	case *ast.AlterTableStmt:
		change.tables(node.Table)
		change.together(node.Specs)
		for _, spec := range node.Specs {
			change.spec(spec)
		}
	default:
		change.taking(statement)
	}
}

// taking knows the statements that take away, or may.
func (change *changer) taking(statement ast.Node) {
	change.decide(name(statement))
	switch node := statement.(type) {
	case *ast.DropTableStmt:
		change.tables(node.Tables...)
		if node.TemporaryKeyword != ast.TemporaryNone {
			change.say("table", "temporary")
		}
	case *ast.DropDatabaseStmt:
		change.database(node.Name.O)
	case *ast.DropSequenceStmt:
		change.tables(node.Sequences...)
	case *ast.DropIndexStmt:
		change.tables(node.Table)
	case *ast.TruncateTableStmt:
		change.tables(node.Table)
	case *ast.RenameTableStmt:
		for _, pair := range node.TableToTables {
			change.tables(pair.OldTable, pair.NewTable)
		}
	case *ast.AlterDatabaseStmt:
		change.database(node.Name.O)
	case *ast.AlterSequenceStmt:
		change.tables(node.Name)
	case *ast.FlashBackDatabaseStmt:
		change.database(node.DBName.O)
	case *ast.FlashBackTableStmt:
		change.tables(node.Table)
	case *ast.RecoverTableStmt:
		if node.Table != nil {
			change.tables(node.Table)
		}
	case *ast.FlashBackToTimestampStmt, *ast.DropProcedureStmt:
	default:
		change.say("statement", name(statement))
	}
}

func (change *changer) createTable(node *ast.CreateTableStmt) {
	change.tables(node.Table)
	if node.TemporaryKeyword != ast.TemporaryNone {
		change.say("table", "temporary")
	}
	if node.OnDuplicate != ast.OnDuplicateKeyHandlingError {
		change.say("CREATE TABLE", "IGNORE or REPLACE")
	}
	if node.Select != nil {
		change.decide("rows of a query")
	}
	if len(node.SplitIndex) > 0 {
		change.say("CREATE TABLE", "SPLIT")
	}
}

func (change *changer) createView(node *ast.CreateViewStmt) {
	change.tables(node.ViewName)
	if node.OrReplace {
		change.decide("OR REPLACE")
	}
	if node.Definer != nil && !node.Definer.CurrentUser {
		change.say("view", "DEFINER")
	}
}

func (change *changer) spec(spec *ast.AlterTableSpec) {
	switch spec.Tp {
	case ast.AlterTableAddConstraint, ast.AlterTableSetTiFlashReplica, ast.AlterTableLock, ast.AlterTableAlgorithm:
	case ast.AlterTableAddColumns:
		if len(spec.NewConstraints) > 0 {
			change.decide("a column and a key")
		}
	case ast.AlterTableIndexInvisible:
		if spec.Visibility == ast.IndexVisibilityInvisible {
			change.decide("an index that is hidden")
		}
	case ast.AlterTableAddPartitions:
		change.addPartitions(spec)
	case ast.AlterTableAlterColumn:
		if len(spec.NewColumns[0].Options) == 0 {
			change.decide("DROP DEFAULT")
		}
	case ast.AlterTableOption:
		change.alterOptions(spec)
	case ast.AlterTableRenameTable:
		change.decide("RENAME")
		change.database(spec.NewTable.Schema.O)
	case ast.AlterTableDropColumn, ast.AlterTableDropPrimaryKey, ast.AlterTableDropIndex, ast.AlterTableDropForeignKey,
		ast.AlterTableModifyColumn, ast.AlterTableChangeColumn, ast.AlterTableRenameColumn, ast.AlterTableRenameIndex,
		ast.AlterTableForce, ast.AlterTableCoalescePartitions, ast.AlterTableDropPartition, ast.AlterTableTruncatePartition,
		ast.AlterTablePartition, ast.AlterTableRemovePartitioning, ast.AlterTableRebuildPartition,
		ast.AlterTableReorganizePartition, ast.AlterTableExchangePartition, ast.AlterTableAlterCheck, ast.AlterTableDropCheck,
		ast.AlterTableRemoveTTL:
		change.decide("ALTER TABLE that takes away or rewrites")
	default:
		change.say("ALTER TABLE", fmt.Sprint("kind ", spec.Tp))
	}
}

// together notes what costs more than its parts.
func (change *changer) together(specs []*ast.AlterTableSpec) {
	columns, keys, generated, others := 0, 0, 0, 0
	for _, spec := range specs {
		switch spec.Tp {
		case ast.AlterTableLock, ast.AlterTableAlgorithm:
			continue
		case ast.AlterTableAddConstraint:
			keys++
		}
		if spec.Tp == ast.AlterTableAddColumns {
			columns += len(spec.NewColumns)
		}
		others += max(1, len(spec.NewColumns))
		for _, column := range spec.NewColumns {
			for _, option := range column.Options {
				if option.Tp == ast.ColumnOptionGenerated {
					generated++
					if spec.Position != nil && spec.Position.Tp != ast.ColumnPositionNone {
						others++
					}
				}
			}
		}
	}
	if columns > 0 && keys > 0 {
		change.decide("a column and a key")
	}
	if generated > 0 && others > 1 {
		change.decide("a generated column beside something else")
	}
}

func (change *changer) addPartitions(spec *ast.AlterTableSpec) {
	if spec.Num > 0 || len(spec.PartDefinitions) == 0 {
		change.decide("more partitions of the same rows")
	}
	for _, partition := range spec.PartDefinitions {
		if _, bounded := partition.Clause.(*ast.PartitionDefinitionClauseLessThan); !bounded {
			change.decide("partition that is no range")
		}
	}
}

func (change *changer) alterOptions(spec *ast.AlterTableSpec) {
	for _, option := range spec.Options {
		if !smallOptions[option.Tp] {
			change.decide("ALTER TABLE of how the table is stored")
		}
	}
}

func (change *changer) tableOption(option *ast.TableOption) {
	switch option.Tp {
	case ast.TableOptionTTL, ast.TableOptionTTLEnable, ast.TableOptionTTLJobInterval:
		change.decide("TTL")
	case ast.TableOptionEngine:
		if !strings.EqualFold(option.StrValue, "InnoDB") {
			change.say("engine", option.StrValue)
		}
	case ast.TableOptionConnection, ast.TableOptionPassword, ast.TableOptionTablespace, ast.TableOptionNodegroup,
		ast.TableOptionDataDirectory, ast.TableOptionIndexDirectory, ast.TableOptionStorageMedia, ast.TableOptionSecondaryEngine,
		ast.TableOptionSecondaryEngineNull, ast.TableOptionUnion, ast.TableOptionEncryption, ast.TableOptionEngineAttribute,
		ast.TableOptionSecondaryEngineAttribute, ast.TableOptionPlacementPolicy, ast.TableOptionAffinity:
		change.say("table option", fmt.Sprint("kind ", option.Tp))
	}
}
