// Says of SQL texts what TiDB's own parser makes of them, and what in that is not a plain read.
// One JSON string a line on standard input, one JSON object a line on standard output.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/pingcap/tidb/pkg/parser"
	"github.com/pingcap/tidb/pkg/parser/mysql"
	_ "github.com/pingcap/tidb/pkg/parser/test_driver"
)

// Answer is one line of the output. Bad is empty where the text is one plain read, or does not parse.
type Answer struct {
	OK         bool     `json:"ok"`
	Error      string   `json:"error"`
	Statements int      `json:"statements"`
	Roots      []string `json:"roots"`
	Bad        []string `json:"bad"`
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
	return answer
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
