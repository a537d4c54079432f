package customer

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"tasuke/internal/db"
)

// rowsPerInsert: more rows in one statement do not get faster.
const rowsPerInsert = 200

// inserter gathers rows and writes many of them with each statement.
type inserter struct {
	into  string
	row   string
	width int
	args  []any
}

// newInserter: table and columns are constants of this package, never input.
func newInserter(table, columns string) *inserter {
	n := strings.Count(columns, ",") + 1
	return &inserter{
		into:  `INSERT INTO ` + table + ` (` + columns + `) VALUES `,
		row:   `(?` + strings.Repeat(`, ?`, n-1) + `)`,
		width: n,
	}
}

func (in *inserter) add(values ...any) { in.args = append(in.args, values...) }

func (in *inserter) run(ctx context.Context, tx *db.Tx) error {
	for part := range slices.Chunk(in.args, rowsPerInsert*in.width) {
		q := in.into + in.row + strings.Repeat(`, `+in.row, len(part)/in.width-1)
		if _, err := tx.Exec(ctx, q, part...); err != nil {
			return fmt.Errorf("%s: %w", in.into, err)
		}
	}
	return nil
}
