// Says of SQL texts what TiDB's own parser makes of them: what in that is not a plain read, and what it changes.
// One JSON string a line on standard input, one JSON object a line on standard output.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/pingcap/tidb/pkg/parser"
	"github.com/pingcap/tidb/pkg/parser/ast"
	"github.com/pingcap/tidb/pkg/parser/format"
	"github.com/pingcap/tidb/pkg/parser/mysql"
	_ "github.com/pingcap/tidb/pkg/parser/test_driver"
)

// Answer is one line of the output. Bad is empty where the text is one plain read, or does not parse;
// Change and Plain, the tree as a text again, are there where it is one statement.
type Answer struct {
	OK         bool     `json:"ok"`
	Error      string   `json:"error"`
	Statements int      `json:"statements"`
	Roots      []string `json:"roots"`
	Bad        []string `json:"bad"`
	Change     *Change  `json:"change"`
	Plain      string   `json:"plain"`
}

func main() {
	mode, err := mysql.GetSQLMode(os.Args[1])
	if err != nil {
		fail(err)
	}
	reader, writer := bufio.NewReader(os.Stdin), bufio.NewWriter(os.Stdout)
	defer writer.Flush()
	for {
		line, err := reader.ReadBytes('\n')
		if err == io.EOF {
			return
		}
		if err != nil {
			fail(err)
		}
		answer(line, mode, json.NewEncoder(writer))
		if reader.Buffered() == 0 {
			writer.Flush()
		}
	}
}

func answer(line []byte, mode mysql.SQLMode, out *json.Encoder) {
	var sql string
	if err := json.Unmarshal(line, &sql); err != nil {
		fail(err)
	}
	if err := out.Encode(judge(sql, mode)); err != nil {
		fail(err)
	}
}

func judge(sql string, mode mysql.SQLMode) (answer Answer) {
	answer = Answer{Roots: []string{}, Bad: []string{}}
	defer func() {
		if trouble := recover(); trouble != nil {
			answer.Error = fmt.Sprint("the parser broke: ", trouble)
		}
	}()
	// A parser keeps what an earlier text left in it; a new one costs some microseconds.
	fresh := parser.New()
	fresh.SetSQLMode(mode)
	statements, _, err := fresh.ParseSQL(sql)
	if err != nil {
		answer.Error = err.Error()
		return answer
	}
	answer.OK, answer.Statements = true, len(statements)
	look := &looker{bad: answer.Bad}
	if len(statements) != 1 {
		look.say("statements", fmt.Sprint(len(statements)))
	}
	for _, statement := range statements {
		answer.Roots = append(answer.Roots, name(statement))
		look.root(statement)
	}
	answer.Bad = look.bad
	if len(statements) == 1 {
		change := changeOf(statements[0])
		answer.Change, answer.Plain = &change, plainOf(statements[0])
	}
	return answer
}

// plainOf is the same for texts that mean the same; empty where the parser can't write what it has read.
func plainOf(statement ast.StmtNode) (plain string) {
	defer func() {
		if recover() != nil {
			plain = ""
		}
	}()
	var text strings.Builder
	if err := statement.Restore(format.NewRestoreCtx(format.DefaultRestoreFlags, &text)); err != nil {
		return ""
	}
	return text.String()
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
