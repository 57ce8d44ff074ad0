package main

import (
	"strings"

	"github.com/pingcap/tidb/pkg/parser/ast"
)

// Change says what one statement changes. Bad is what is never open; Decided is what a person has to decide.
type Change struct {
	Kind    string   `json:"kind"`
	Bad     []string `json:"bad"`
	Decided []string `json:"decided"`
	Tables  []string `json:"tables"`
}

const (
	rows     = "data"
	schema   = "schema"
	accounts = "accounts"
)

// changer walks a tree and notes what is no plain change. What it does not know it notes too.
type changer struct {
	looker
	Change
}

func changeOf(statement ast.Node) Change {
	change := &changer{Change: Change{Bad: []string{}, Decided: []string{}, Tables: []string{}}}
	change.root(statement)
	statement.Accept(change)
	change.Bad = append(change.Bad, change.bad...)
	return change.Change
}

func (change *changer) decide(what string) {
	change.Decided = append(change.Decided, what)
}

func (change *changer) root(statement ast.Node) {
	switch node := statement.(type) {
	case *ast.InsertStmt, *ast.UpdateStmt, *ast.DeleteStmt:
		change.Kind = rows
		change.rows(statement)
	case *ast.CreateUserStmt, *ast.AlterUserStmt, *ast.DropUserStmt, *ast.RenameUserStmt, *ast.GrantRoleStmt, *ast.RevokeRoleStmt:
		change.Kind = accounts
		change.decide(name(statement))
	case *ast.GrantStmt:
		change.rights(node.Level)
	case *ast.RevokeStmt:
		change.rights(node.Level)
	default:
		change.Kind = schema
		change.schemas(statement)
	}
}

func (change *changer) rights(level *ast.GrantLevel) {
	change.Kind = accounts
	change.decide("rights")
	change.database(level.DBName)
}

func (change *changer) rows(statement ast.Node) {
	switch node := statement.(type) {
	case *ast.InsertStmt:
		change.sources(node.Table.TableRefs)
		change.hints(node.TableHints)
	case *ast.UpdateStmt:
		change.where(node.Where)
		change.sources(node.TableRefs.TableRefs)
		change.hints(node.TableHints)
	case *ast.DeleteStmt:
		change.where(node.Where)
		change.sources(node.TableRefs.TableRefs)
		change.hints(node.TableHints)
	}
}

func (change *changer) where(condition ast.ExprNode) {
	if condition == nil {
		change.decide("no WHERE")
		return
	}
	columns := &columnFinder{}
	condition.Accept(columns)
	if !columns.found {
		change.decide("WHERE names no column")
	}
}

// sources notes the tables of a list or join, but not those of queries in it.
func (change *changer) sources(node ast.ResultSetNode) {
	switch node := node.(type) {
	case *ast.Join:
		change.sources(node.Left)
		change.sources(node.Right)
	case *ast.TableSource:
		change.sources(node.Source)
	case *ast.TableName:
		change.tables(node)
	}
}

func (change *changer) hints(hints []*ast.TableOptimizerHint) {
	for _, hint := range hints {
		change.hint(hint)
	}
}

// tables notes what is changed: names as they are written.
func (change *changer) tables(nodes ...*ast.TableName) {
	for _, node := range nodes {
		named := node.Name.O
		if node.Schema.O != "" {
			named = node.Schema.O + "." + named
		}
		change.Tables = append(change.Tables, named)
		change.database(node.Schema.O)
	}
}

// database notes a system one, information_schema included: none is ever changed.
func (change *changer) database(named string) {
	lower := strings.ToLower(named)
	if closedSchemas[lower] || lower == "information_schema" {
		change.say("changed schema", lower)
	}
}

// Enter notes what is wrong with a node, and goes on into its children.
func (change *changer) Enter(in ast.Node) (ast.Node, bool) {
	switch node := in.(type) {
	case *ast.ColumnOption:
		return in, change.columnOption(node)
	case *ast.TableOption:
		change.tableOption(node)
	case *ast.CreateViewStmt:
		change.inView(node.Select)
	case *ast.FuncCallExpr:
		if change.Kind != rows || node.Schema.L != "" || !openInChanges[node.FnName.L] {
			change.looker.Enter(in)
		}
	case ast.DMLNode, ast.DDLNode, *ast.GrantStmt, *ast.RevokeStmt, *ast.GrantRoleStmt, *ast.RevokeRoleStmt, *ast.CreateUserStmt,
		*ast.AlterUserStmt, *ast.DropUserStmt, *ast.RenameUserStmt, *ast.DropProcedureStmt:
		switch in.(type) {
		case *ast.SelectStmt, *ast.SetOprStmt:
			change.looker.Enter(in)
		}
	case *ast.Assignment, *ast.DeleteTableList, *ast.ColumnDef, *ast.Constraint, *ast.ReferenceDef, *ast.OnDeleteOpt,
		*ast.OnUpdateOpt, *ast.IndexPartSpecification, *ast.IndexOption, *ast.IndexLockAndAlgorithm, *ast.ColumnPosition,
		*ast.AlterTableSpec, *ast.PartitionOptions, *ast.TableToTable, *ast.UserToUser, *ast.PrivElem, *ast.MaxValueExpr:
	default:
		change.looker.Enter(in)
	}
	return in, false
}

// Leave is the visitor's other half.
func (change *changer) Leave(node ast.Node) (ast.Node, bool) {
	return node, true
}

// columnOption passes over the sequence of a default, which is open there and nowhere else.
func (change *changer) columnOption(node *ast.ColumnOption) (skipped bool) {
	if node.Refer != nil && node.Refer.Table != nil {
		change.database(node.Refer.Table.Schema.O) // the parser's own walk passes it over
	}
	call, ok := node.Expr.(*ast.FuncCallExpr)
	if node.Tp != ast.ColumnOptionDefaultValue || !ok || call.FnName.L != "nextval" {
		return false
	}
	for _, argument := range call.Args {
		if sequence, ok := argument.(*ast.TableNameExpr); ok {
			change.database(sequence.Name.Schema.O)
		}
	}
	return true
}

// inView notes what a view reads of information_schema: it would read it with its maker's rights.
func (change *changer) inView(query ast.StmtNode) {
	names := &tableFinder{}
	query.Accept(names)
	for _, node := range names.found {
		change.database(node.Schema.O)
	}
}

type columnFinder struct{ found bool }

func (finder *columnFinder) Enter(in ast.Node) (ast.Node, bool) {
	if _, ok := in.(*ast.ColumnName); ok {
		finder.found = true
	}
	return in, finder.found
}

func (finder *columnFinder) Leave(node ast.Node) (ast.Node, bool) {
	return node, true
}

type tableFinder struct{ found []*ast.TableName }

func (finder *tableFinder) Enter(in ast.Node) (ast.Node, bool) {
	if node, ok := in.(*ast.TableName); ok {
		finder.found = append(finder.found, node)
	}
	return in, false
}

func (finder *tableFinder) Leave(node ast.Node) (ast.Node, bool) {
	return node, true
}
