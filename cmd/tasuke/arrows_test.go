package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// plumbing is what every room may stand on: folders without domain words.
var plumbing = []string{
	"internal/actor", "internal/audit", "internal/db", "internal/fault", "internal/number",
	"internal/effect", "internal/event", "internal/fulltext", "internal/paging", "internal/savedfilter", "internal/states", "internal/text", "internal/vault",
}

// domain is what the screens show; each screen declares the few methods it needs.
var domain = []string{
	"cases", "cases/alert", "cases/customer", "cases/deadline", "cases/deadline/calendar", "cases/incident", "cases/remedy",
	"cases/sweep", "cases/sweep/indicator", "cases/sweep/rollup", "cases/sweep/score",
	"contacts", "contacts/oncall", "contacts/bank", "contacts/bank/master", "contacts/filing", "contacts/mail",
	"contacts/disclosure", "contacts/disclosure/notice", "contacts/disclosure/victim", "contacts/outbound",
	"contacts/isac", "contacts/isac/stix", "contacts/police",
	"contacts/inquiry", "contacts/inquiry/speech", "workflow", "workflow/reminder", "playbooks",
}

func and(more ...string) []string { return slices.Concat(plumbing, more) }

// arrows is the import table of docs/architecture.md: a folder, and what of ours its product code
// may import. A new folder needs a row. "*" is everything: cmd wires by hand and holds no rule.
var arrows = map[string][]string{
	"cmd/tasuke": {"*"},

	"cases":                     and(), // never what lies below it in the tree: a Case holds a plain incident id
	"cases/alert":               and(),
	"cases/customer":            and(),
	"cases/customer/leak":       and("cases/customer"),
	"cases/customer/leak/plant": {}, // texts and people for the guard's test, from lists of its own
	"cases/deadline":            {"cases/deadline/calendar"},
	"cases/deadline/calendar":   {},
	"cases/deadline/example":    {"cases/deadline", "cases/deadline/calendar"},
	"cases/incident":            and("cases/deadline", "cases/deadline/calendar"),
	"cases/sweep":               and("cases", "cases/sweep/indicator", "cases/sweep/rollup", "cases/sweep/round", "cases/sweep/score"),
	"cases/remedy":              and("cases/deadline", "internal/document"),              // its policies are read as strictly as rules of law
	"cases/sweep/indicator":     {"internal/text"},                                       // pure
	"cases/sweep/rollup":        and("cases/sweep/indicator"),                            // event logs behind a port
	"cases/sweep/damage":        {"cases/sweep/rollup", "internal/db"},                   // pure
	"cases/sweep/rollup/tables": {"cases/sweep/rollup", "internal/db", "internal/fault"}, // the port over SQLite
	"cases/sweep/score":         {},                                                      // pure
	"cases/sweep/world":         {},                                                      // made-up logs; shares nothing with what is measured on them
	"cases/sweep/evaluate":      {"cases/sweep/indicator", "cases/sweep/round", "cases/sweep/score", "cases/sweep/world", "internal/db"},
	"cases/sweep/round":         {"cases/sweep/indicator", "cases/sweep/rollup", "cases/sweep/score", "internal/db", "internal/fault"},

	"contacts":                   and(),
	"contacts/oncall":            and(),
	"contacts/bank":              and("contacts/bank/master", "internal/document"),
	"contacts/bank/master":       {"internal/text"},
	"contacts/filing":            and("internal/document", "cases/incident", "cases/deadline"),
	"contacts/disclosure/notice": {"internal/fault", "internal/text"},                 // pure
	"contacts/disclosure/page":   {"contacts/disclosure/notice", "internal/document"}, // pure
	"contacts/disclosure":        and("cases/incident", "contacts/disclosure/notice", "contacts/disclosure/page", "internal/document"),
	"contacts/disclosure/victim": and("contacts/disclosure/notice", "internal/document"),
	"contacts/isac":              and("contacts/isac/stix", "cases/customer/leak", "internal/document"),
	"contacts/isac/stix":         {"internal/fault"}, // pure
	"contacts/police":            and("cases/customer/leak", "internal/document"),
	"contacts/mail":              and(),
	"contacts/outbound":          and(),
	"contacts/inquiry":           and("cases", "cases/incident", "cases/customer", "contacts/inquiry/speech"),
	"contacts/inquiry/speech":    {"internal/text"},

	"workflow":           and("playbooks"), // knows no case and no bank
	"workflow/reminder":  and(),
	"playbooks":          {},
	"playbooks/standard": {"playbooks"},
	"playbooks/scenario": {"playbooks"}, // reads tables, runs nothing
	"playbooks/cacao":    {"playbooks"}, // pure

	"web":        {"web/pages", "web/static"},
	"web/api":    and(append(domain, "web/words")...),
	"web/pages":  and(append(domain, "internal/signin", "web/view", "web/words")...),
	"web/static": {},
	"web/view":   and(append(domain, "internal/signin", "web/words")...),
	"web/words":  {"internal/db", "internal/fault"},

	"migrations": {"internal/db"},

	"internal/actor":           {"internal/fault"},
	"internal/audit":           {"internal/actor", "internal/db", "internal/fault"},
	"internal/backup":          {"internal/audit", "internal/db", "internal/fault", "internal/vault", "migrations"},
	"internal/db":              {"internal/fault"},
	"internal/dbtest":          {"internal/db", "migrations"},
	"internal/document":        {"internal/text"},
	"internal/effect":          {"internal/actor", "internal/audit", "internal/db", "internal/fault"},
	"internal/event":           {"internal/db", "internal/fault"},
	"internal/fault":           {},
	"internal/fulltext":        {"internal/actor", "internal/audit", "internal/db", "internal/fault", "internal/text", "internal/vault"},
	"internal/number":          {"internal/db"},
	"internal/paging":          {"internal/db", "internal/fault"},
	"internal/savedfilter":     {"internal/actor", "internal/audit", "internal/db", "internal/fault", "internal/vault"},
	"internal/states":          {"internal/actor", "internal/fault"}, // pure
	"internal/signin":          {"internal/actor", "internal/audit", "internal/db", "internal/fault", "internal/text"},
	"internal/text":            {},
	"internal/vault":           {"internal/db", "internal/fault"},
	"internal/vault/vaulttest": {"internal/vault"},
	"scripts/testreport":       {},
}

// libraries are other people's code that only some folders may know, so that a driver or a web
// framework does not creep into a room.
var libraries = map[string][]string{
	"database/sql":                {"internal/db", "migrations", "internal/audit", "internal/effect"}, // the queue writes on the same transaction
	"github.com/mattn/go-sqlite3": {"internal/db"},
	"github.com/jackc/pgx":        {"internal/db", "internal/effect"},
	"github.com/riverqueue":       {"internal/effect"},
	"github.com/wneessen/go-mail": {"contacts/mail"},
	"github.com/signintech/gopdf": {"internal/document"},
	"github.com/pressly/goose":    {"migrations"},
	"github.com/gowebpki/jcs":     {"contacts/isac/stix", "playbooks/cacao"},
	"github.com/parquet-go":       {"cases/sweep/rollup"},
	"github.com/gin-gonic/gin":    {"web", "web/api", "web/pages", "cmd/tasuke"},
	"github.com/danielgtaylor":    {"web/api"},
	"github.com/a-h/templ":        {"web/view", "web/pages"},
	"net/http":                    {"web", "web/api", "web/pages", "internal/signin", "contacts/outbound", "cmd/tasuke"},
}

func TestImportsOnlyGoDown(t *testing.T) {
	t.Parallel()
	folders := imports(t, func(string) bool { return true })
	for _, from := range slices.Sorted(maps.Keys(folders)) {
		may, ok := arrows[from]
		if !ok {
			t.Errorf("%s has no row in the import table", from)
			continue
		}
		for _, to := range folders[from] {
			if ours, ok := strings.CutPrefix(to, "tasuke/"); ok {
				if !slices.Contains(may, "*") && !slices.Contains(may, ours) {
					t.Errorf("%s must not import %s", from, ours)
				}
				continue
			}
			for library, known := range libraries {
				if (to == library || strings.HasPrefix(to, library+"/") && library != "database/sql") && !slices.Contains(known, from) {
					t.Errorf("%s must not import %s", from, to)
				}
			}
		}
	}
}

func TestTheImportTableHasNoRowForWhatIsNotThere(t *testing.T) {
	t.Parallel()
	folders := imports(t, func(string) bool { return true })
	for from, may := range arrows {
		if _, ok := folders[from]; !ok {
			t.Errorf("%s has a row and no Go files", from)
		}
		for _, to := range may {
			if _, ok := folders[to]; !ok && to != "*" {
				t.Errorf("%s may import %s, which does not exist", from, to)
			}
		}
	}
}

// What is decided stands in a table that no database can change the meaning of.
func TestATableOfMovesKnowsNoDatabase(t *testing.T) {
	t.Parallel()
	tables := imports(t, func(name string) bool { return name == "state.go" })
	if len(tables) < 3 {
		t.Fatalf("only %d tables of moves found", len(tables))
	}
	for from, list := range tables {
		for _, to := range list {
			if ours := strings.TrimPrefix(to, "tasuke/"); ours != "internal/actor" && ours != "internal/fault" && ours != "internal/states" && strings.ContainsAny(to, "/.") {
				t.Errorf("%s/state.go must not import %s", from, to)
			}
		}
	}
}

// imports gives, for every folder with Go files that want accepts, what its product code imports.
func imports(t *testing.T, want func(name string) bool) map[string][]string {
	t.Helper()
	root := os.DirFS(filepath.Join("..", ".."))
	out := map[string][]string{}
	noError(t, fs.WalkDir(root, ".", func(file string, d fs.DirEntry, err error) error {
		switch name := d.Name(); {
		case err != nil:
			return err
		case d.IsDir() && file != "." && (name == "node_modules" || name == "testdata" || strings.HasPrefix(name, ".")):
			return fs.SkipDir
		case d.IsDir(), path.Ext(name) != ".go", strings.HasSuffix(name, "_test.go"), !want(name):
			return nil
		}
		src, err := fs.ReadFile(root, file)
		if err != nil {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, src, parser.ImportsOnly)
		if err != nil {
			return err
		}
		from := path.Dir(file)
		out[from] = append(out[from], "")
		for _, i := range parsed.Imports {
			to, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			out[from] = append(out[from], to)
		}
		return nil
	}))
	for from, list := range out {
		slices.Sort(list)
		out[from] = slices.DeleteFunc(slices.Compact(list), func(s string) bool { return s == "" })
	}
	return out
}
