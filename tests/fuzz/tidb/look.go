package main

import (
	"fmt"
	"strings"

	"github.com/pingcap/tidb/pkg/parser/ast"
	"github.com/pingcap/tidb/pkg/parser/test_driver"
)

// looker walks a tree and notes what is not a plain read. What it does not know it notes too.
type looker struct {
	bad []string
}

func (look *looker) say(what, which string) {
	look.bad = append(look.bad, what+": "+which)
}

func name(node ast.Node) string {
	return strings.TrimPrefix(fmt.Sprintf("%T", node), "*ast.")
}

func (look *looker) root(statement ast.Node) {
	switch node := statement.(type) {
	case *ast.SelectStmt, *ast.SetOprStmt, *ast.ShowStmt:
		node.Accept(look)
	case *ast.ExplainStmt:
		look.explain(node)
	default:
		look.say("statement", name(statement))
	}
}

func (look *looker) explain(node *ast.ExplainStmt) {
	if node.Explore || node.SQLDigest != "" || node.PlanDigest != "" {
		look.say("explain", "explore or a digest")
	}
	switch inner := node.Stmt.(type) {
	case *ast.SelectStmt, *ast.SetOprStmt, *ast.ShowStmt: // ShowStmt: DESCRIBE t
		inner.Accept(look)
	default:
		look.say("explained statement", name(inner))
	}
}

// Enter notes what is wrong with a node, and goes on into its children.
func (look *looker) Enter(in ast.Node) (ast.Node, bool) {
	switch node := in.(type) {
	case *ast.SelectStmt:
		look.selects(node)
	case *ast.ShowStmt:
		look.show(node)
	case *ast.TableName:
		look.table(node)
	case *ast.ColumnName:
		look.schema(node.Schema.L)
	case *ast.VariableExpr:
		look.variable(node)
	case *ast.FuncCallExpr:
		look.call(node)
	case *ast.TableOptimizerHint:
		look.hint(node)
	default:
		look.plain(in)
	}
	return in, false
}

// Leave is the visitor's other half.
func (look *looker) Leave(node ast.Node) (ast.Node, bool) {
	return node, true
}

// plain knows the nodes that can stand in a read and say nothing by themselves.
func (look *looker) plain(in ast.Node) {
	switch in.(type) {
	case *ast.SetOprStmt, *ast.SetOprSelectList, *ast.WithClause, *ast.CommonTableExpression, *ast.FieldList,
		*ast.SelectField, *ast.TableRefsClause, *ast.Join, *ast.TableSource, *ast.OnCondition, *ast.ByItem,
		*ast.GroupByClause, *ast.HavingClause, *ast.OrderByClause, *ast.Limit, *ast.WindowSpec,
		*ast.PartitionByClause, *ast.FrameClause, *ast.FrameBound, *ast.AsOfClause, *ast.TableSample:
	case *ast.BetweenExpr, *ast.BinaryOperationExpr, *ast.WhenClause, *ast.CaseExpr, *ast.SubqueryExpr,
		*ast.CompareSubqueryExpr, *ast.ColumnNameExpr, *ast.DefaultExpr, *ast.ExistsSubqueryExpr, *ast.PatternInExpr,
		*ast.IsNullExpr, *ast.IsTruthExpr, *ast.PatternLikeOrIlikeExpr, *ast.ParenthesesExpr, *ast.PositionExpr,
		*ast.PatternRegexpExpr, *ast.RowExpr, *ast.UnaryOperationExpr, *ast.ValuesExpr, *ast.SetCollationExpr,
		*ast.MatchAgainst, *ast.FuncCastExpr, *ast.TrimDirectionExpr, *ast.AggregateFuncExpr, *ast.WindowFuncExpr,
		*ast.TimeUnitExpr, *ast.GetFormatSelectorExpr, *ast.JSONSumCrc32Expr, *test_driver.ValueExpr:
	case *ast.TableNameExpr: // the sequence of NEXTVAL, which its call tells
	default:
		look.say("node", name(in))
	}
}

func (look *looker) selects(node *ast.SelectStmt) {
	if node.SelectIntoOpt != nil {
		look.say("select", "INTO")
	}
	if node.LockInfo != nil && node.LockInfo.LockType != ast.SelectLockNone {
		look.say("select", node.LockInfo.LockType.String())
	}
}

func (look *looker) show(node *ast.ShowStmt) {
	look.schema(strings.ToLower(node.DBName))
	if statisticsShows[node.Tp] {
		node.Table = nil // the parser names the table of mysql that is read, which the statement does not
	}
	own := node.User == nil || node.User.CurrentUser
	if node.Tp == ast.ShowGrants && own && len(node.Roles) == 0 {
		return
	}
	if !openShows[node.Tp] {
		look.say("show", fmt.Sprint("kind ", node.Tp))
	}
}

func (look *looker) table(node *ast.TableName) {
	look.schema(node.Schema.L)
	if node.Schema.L == "information_schema" && closedTables.MatchString(node.Name.L) {
		look.say("table", node.Name.O)
	}
}

func (look *looker) schema(lower string) {
	if closedSchemas[lower] {
		look.say("schema", lower)
	}
}

func (look *looker) variable(node *ast.VariableExpr) {
	if !node.IsSystem || node.Value != nil || !openVariables[strings.ToLower(node.Name)] {
		look.say("variable", node.Name)
	}
}

func (look *looker) call(node *ast.FuncCallExpr) {
	if node.Schema.L != "" {
		look.say("call with a schema", node.Schema.O+"."+node.FnName.O)
	}
	if closedFunctions[node.FnName.L] {
		look.say("call", node.FnName.L)
	}
}

func (look *looker) hint(node *ast.TableOptimizerHint) {
	if closedHints[node.HintName.L] {
		look.say("hint", node.HintName.L)
	}
}
