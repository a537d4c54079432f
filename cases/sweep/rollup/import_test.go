package rollup_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/japanese"

	"tasuke/cases/sweep/rollup"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

func TestAFileThatCannotBeReadIsRefusedWhole(t *testing.T) {
	t.Parallel()
	for text, key := range map[string]string{
		"":                   "empty",
		"日時,種別,顧客番号\n":       "empty",
		"\xff\xfea\x00b\x00": "encoding",
		"日時,種別,顧客\x96\n":     "encoding",
		"日時,種別\n":            "header",
		"種別,顧客番号\n":          "header",
		"日時,顧客番号\n":          "header",
		"日時,種別,顧客番号,顧客コード\n":                                     "header_twice",
		"日時,種別,\"顧客番号\n2026":                                     "quote",
		strings.Repeat("a", 70_000):                              "long_row",
		"日時,種別,顧客番号\n\"" + strings.Repeat("2026-04-01\n", 7_000): "long_row",
	} {
		f := open(t, 10)
		_, err := f.give("web", text)
		wantKey(t, err, fault.Invalid, "sweep.import."+key)
		if f.files() != 0 {
			t.Errorf("%q left a segment", text[:min(len(text), 20)])
		}
	}
	f := open(t, 10)
	_, err := f.give("Web Log", world(1, 1))
	wantKey(t, err, fault.Invalid, "sweep.import.source")
	_, err = f.Import(t.Context(), actor.Actor{ID: "x", Roles: []actor.Role{actor.Operator}}, strings.NewReader(world(1, 1)), rollup.Import{Source: "web", Mapping: mapping(t, "")})
	if !fault.Is(err, fault.Forbidden) {
		t.Error(err)
	}
}

func TestWrongRowsAreRejectedWithLineAndReasonAndNothingOfThem(t *testing.T) {
	t.Parallel()
	f := open(t, 4)
	rep := f.load("web", "日時,種別,顧客番号,IPアドレス,出金先口座,新メール,新電話番号,金額,数量,口座番号\n"+
		"2026-04-01 09:00:00,ログイン,C1,203.0.113.5,,,,,,\n"+
		"2026-13-01 09:00:00,ログイン,C2,,,,,,,\n"+
		"2027-04-01 09:00:00,ログイン,C3,,,,,,,\n"+
		"1970-01-01 00:00:00,ログイン,C4,,,,,,,\n"+
		"2026-04-01 09:00:00,踊り,C5,,,,,,,\n"+
		"2026-04-01 09:00:00,ログイン,,,,,,,,\n"+
		"2026-04-01 09:00:00,ログイン,C7,999.1.1.1,,,,,,\n"+
		"2026-04-01 09:00:00,出金先変更,C8,,みずほ,,,,,\n"+
		"2026-04-01 09:00:00,登録情報変更,C9,,,nobody,,,,\n"+
		"2026-04-01 09:00:00,登録情報変更,C10,,,,12,,,\n"+
		"2026-04-01 09:00:00,出金,C11,,,,,1.5,,\n"+
		"2026-04-01 09:00:00,注文,C12,,,,,,1e3,\n"+
		"2026-04-01 09:00:00,ログイン,C13,,,,,,,?!\n"+
		"2026-04-01 09:00:00,ログイン\n"+
		"2026-04-01 09:00:00,ログ\"イン,C15,,,,,,,\n"+
		"2026-04-01 09:00:00,ログ\xff,C16,,,,,,,\n"+
		"2026-04-01 09:00:00,ログイン,"+strings.Repeat("C", 65)+",,,,,,,\n"+
		"2026-04-01 09:00:00,ログイン,C18,,,,,,,\n")
	want := []string{
		"3 at time", "4 at clock", "5 at clock", "6 kind kind", "7 customer no_customer", "8 ip ip", "9 destination destination", "10 mail mail",
		"11 phone phone", "12 amount number", "13 quantity number", "14 account account", "15  width", "16  quote", "17  encoding", "18 customer long",
	}
	var got []string
	for _, r := range f.bad {
		got = append(got, fmt.Sprintf("%d %s %s", r.Line, r.Field, strings.TrimPrefix(r.Reason, "sweep.reject.")))
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if rep.Rows != 18 || rep.Kept != 2 || rep.Rejected != 16 {
		t.Errorf("%+v", rep)
	}
	c, err := f.Coverage(t.Context())
	noError(t, err)
	if len(c) != 1 || c[0].Rows != 18 || c[0].Rejected != 16 || c[0].Unfinished != 0 {
		t.Errorf("%+v", c)
	}
}

func TestTheSameFileAgainChangesNothing(t *testing.T) {
	t.Parallel()
	f, log := open(t, 100), world(1, 950)
	if rep := f.load("web", log); rep.Kept != 950 || rep.Segments != 10 || rep.Repeated != 0 {
		t.Fatalf("%+v", rep)
	}
	before, files := f.state(), f.files()
	if rep := f.load("web", log); rep.Kept != 0 || rep.Repeated != 950 || rep.Segments != 0 {
		t.Fatalf("%+v", rep)
	}
	if f.state() != before || f.files() != files {
		t.Error("the second import changed something")
	}
}

func TestALogThatGrewBringsOnlyWhatIsNew(t *testing.T) {
	t.Parallel()
	f, fresh, log := open(t, 100), open(t, 100), world(2, 730)
	for _, part := range []struct{ rows, kept int }{{40, 40}, {250, 210}, {251, 1}, {251, 0}, {730, 479}} {
		rep := f.load("web", lines(log, part.rows+1))
		if rep.Kept != part.kept || rep.Repeated != part.rows-part.kept {
			t.Fatalf("%d rows: %+v", part.rows, rep)
		}
	}
	fresh.load("web", log)
	if f.state() != fresh.state() {
		t.Errorf("differs from one import:\n%s\n%s", f.state(), fresh.state())
	}
}

func TestALogThatIsReadWhileItIsWrittenCountsNothingTwice(t *testing.T) {
	t.Parallel()
	f, log := open(t, 100), world(8, 300)
	cut := len(lines(log, 151)) + 25 // within a row
	if rep := f.load("web", log[:cut]); rep.Kept != 150 || rep.Rejected != 1 {
		t.Fatalf("%+v", rep)
	}
	if rep := f.load("web", strings.TrimSuffix(log, "\n")); rep.Kept != 150 || rep.Repeated != 150 {
		t.Fatalf("%+v", rep)
	}
	if rep := f.load("web", log); rep.Kept != 0 || rep.Repeated != 300 {
		t.Fatalf("%+v", rep)
	}
}

func TestTheSameRowsUnderAnotherNameOrMappingAreRefused(t *testing.T) {
	t.Parallel()
	f, log := open(t, 100), world(3, 150)
	f.load("web", log)
	before := f.state()
	_, err := f.give("app", log)
	wantKey(t, err, fault.Refused, "sweep.import.other_source")
	_, err = f.Import(t.Context(), loader, strings.NewReader(log), rollup.Import{Source: "web", Mapping: mapping(t, "zone: UTC")})
	wantKey(t, err, fault.Refused, "sweep.import.other_mapping")
	if f.state() != before {
		t.Error("something changed")
	}
}

func TestAnImportThatBrokeOffGoesOnWhereItWas(t *testing.T) {
	t.Parallel()
	log := world(4, 1000)
	undisturbed := open(t, 100)
	undisturbed.load("web", log)
	t.Run("while reading", func(t *testing.T) {
		f := open(t, 100)
		rep, err := f.Import(t.Context(), loader, &failing{strings.NewReader(log), len(log) / 2}, rollup.Import{Source: "web", Mapping: mapping(t, "")})
		if !errors.Is(err, errGone) || rep.Kept == 0 || rep.Kept%100 != 0 {
			t.Fatalf("%+v %v", rep, err)
		}
		if c, err := f.Coverage(t.Context()); err != nil || c[0].Unfinished != 1 {
			t.Errorf("the stop is not seen: %+v %v", c, err)
		}
		if again := f.load("web", log); again.Repeated != rep.Kept || again.Kept != 1000-rep.Kept {
			t.Errorf("%+v", again)
		}
		if f.state() != undisturbed.state() {
			t.Error("differs from an undisturbed import")
		}
	})
	t.Run("between segment and roll-up", func(t *testing.T) {
		f := open(t, 100)
		s, err := rollup.Open(filepath.Join(f.dir, "segments"), &refusing{f.index, 4}, rollup.Options{Blind: blind, Now: func() db.Instant { return noon }, ChunkRows: 100})
		noError(t, err)
		rep, err := s.Import(t.Context(), loader, strings.NewReader(log), rollup.Import{Source: "web", Mapping: mapping(t, "")})
		if !errors.Is(err, errGone) || rep.Kept != 300 || f.files() != 4 {
			t.Fatalf("%+v %v %d", rep, err, f.files())
		}
		f.load("web", log)
		if f.state() != undisturbed.state() || f.files() != 10 {
			t.Error("differs from an undisturbed import")
		}
	})
	t.Run("two at once", func(t *testing.T) {
		f := open(t, 100)
		errs := make(chan error, 2)
		for range 2 {
			go func() {
				_, err := f.Import(context.Background(), loader, strings.NewReader(log), rollup.Import{Source: "web", Mapping: mapping(t, "")})
				errs <- err
			}()
		}
		noError(t, <-errs)
		noError(t, <-errs)
		if f.state() != undisturbed.state() {
			t.Error("differs from one import")
		}
	})
}

func TestUnknownCustomersAreKeptAndCounted(t *testing.T) {
	t.Parallel()
	var asked []string
	f := openAt(t, t.TempDir(), rollup.Options{ChunkRows: 50, Register: func(_ context.Context, list []string) (map[string]bool, error) {
		asked = append(asked, list...)
		out := map[string]bool{}
		for _, c := range list {
			out[c] = c < "C030"
		}
		return out, nil
	}})
	log := world(5, 400)
	rep := f.load("web", log)
	if want := strings.Count(log, ",C03"); rep.UnknownRows != want || rep.UnknownCustomers != 10 || rep.Kept != 400 {
		t.Errorf("%+v, want %d rows", rep, want)
	}
	if slices.Sort(asked); len(asked) != len(slices.Compact(asked)) {
		t.Error("a customer was asked for twice")
	}
}

func TestFormatsThatSayTheSameAreTheSame(t *testing.T) {
	t.Parallel()
	csv, json, sjis := open(t, 10), open(t, 10), open(t, 10)
	text := "日時,種別,顧客番号,IPアドレス,端末ID,金額\r\n\"2026-04-01 09:00:00\",ログイン,Ｃ1,203.0.113.5,\"A\"\"1\",\r\n\r\n2026-04-01 09:00:01,出金,C1,,,\"¥1,000\"\r\n"
	csv.load("web", text)
	_, err := json.Import(t.Context(), loader, strings.NewReader(
		`{"when":"2026-04-01T00:00:00Z","what":"login","user":{"id":"C1"},"ip":"203.0.113.5","device":"a\"1","x":[1]}`+"\n"+
			`{"when":"2026-04-01T00:00:01Z","what":"payout","user":{"id":"C1"},"amount":1000,"ip":null}`+"\n"),
		rollup.Import{Source: "web", Mapping: mapping(t, "format: ndjson\nkinds: {withdrawal: payout}\ncolumns: {at: when, kind: what, customer: [cust, user.id]}")})
	noError(t, err)
	b, err := japanese.ShiftJIS.NewEncoder().Bytes([]byte(strings.Replace(text, "¥", "", 1)))
	noError(t, err)
	_, err = sjis.Import(t.Context(), loader, bytes.NewReader(b), rollup.Import{Source: "web", Mapping: mapping(t, "encoding: cp932")})
	noError(t, err)
	var got []string
	for _, f := range []*fixture{csv, json, sjis} {
		s := ""
		for row, err := range f.Rows(t.Context(), []string{"C1"}, 0, 0) {
			noError(t, err)
			row.Line = 0
			s += fmt.Sprintf("%+v\n", row.Event)
		}
		got = append(got, s)
	}
	if got[0] != got[1] || got[0] != got[2] || strings.Count(got[0], "\n") != 2 || !strings.Contains(got[0], `a"1`) || !strings.Contains(got[0], "Amount:1000") {
		t.Errorf("%s", got)
	}
}

func TestWhatIdentifiesAPersonIsInNoFile(t *testing.T) {
	t.Parallel()
	f := open(t, 10)
	f.load("web", "日時,種別,顧客番号,新メール,新電話番号,出金先口座\n2026-04-01 09:00:00,登録情報変更,C1,Taro.Yamada@mail.example,090-1234-5678,0005-123-7654321\n")
	for row, err := range f.Rows(t.Context(), []string{"C1"}, 0, 0) {
		noError(t, err)
		if row.Branch != "0005-123" || row.MailDomain != "mail.example" || len(row.Mail) != 16 || len(row.Phone) != 16 || len(row.Destination) != 16 {
			t.Errorf("%+v", row)
		}
	}
	for _, pattern := range []string{"sweep.db*", "segments/web/*"} {
		names, err := filepath.Glob(filepath.Join(f.dir, pattern))
		noError(t, err)
		for _, name := range names {
			b, err := os.ReadFile(name)
			noError(t, err)
			for _, secret := range []string{"amada", "7654321", "12345678"} {
				if bytes.Contains(bytes.ToLower(b), []byte(secret)) {
					t.Errorf("%s holds %s", filepath.Base(name), secret)
				}
			}
			if st, err := os.Stat(name); err != nil || st.Mode().Perm()&0o077 != 0 {
				t.Errorf("others may read %s: %v", filepath.Base(name), err)
			}
		}
	}
}

func TestMappingFilesThatAreWrongAreRefused(t *testing.T) {
	t.Parallel()
	for text, key := range map[string]string{
		"colums: {}": "invalid", "- a": "invalid", "columns: {at: {a: b}}": "invalid", "columns: {when: x}": "column", "format: xml": "format",
		"encoding: latin1": "format", "comma: ';;'": "comma", "comma: ''": "comma", "comma: '、'": "comma", "zone: Mars": "zone",
		"quiet: soon": "quiet", "quiet: 5m": "quiet", "times: []": "times", "kind: dance": "kind", "kinds: {dance: x}": "kind",
	} {
		_, err := rollup.ReadMapping([]byte(text))
		wantKey(t, err, fault.Invalid, "sweep.mapping."+key)
	}
}

// TestASourceWithdrawnDuringItsImportIsWhole: what comes after is not taken past the coverage.
func TestASourceWithdrawnDuringItsImportIsWhole(t *testing.T) {
	t.Parallel()
	both(t, 10, func(t *testing.T, f *fixture) {
		text, chunks := "at,customer,kind,ip\n", 0
		for i := range 40 {
			text += fmt.Sprintf("2026-04-01 0%d:00:00,C%d,login,10.1.0.%d\n", i%10, i, i)
		}
		_, err := f.Import(t.Context(), loader, strings.NewReader(text), rollup.Import{Source: "web", Mapping: mapping(t, ""), Progress: func(int64, int64) {
			if chunks++; chunks == 2 {
				_, err := f.Withdraw(t.Context(), loader, "web", "another firm's")
				noError(t, err)
			}
		}})
		var x *fault.Error
		if !errors.As(err, &x) || x.Key != "sweep.import.withdrawn" {
			t.Errorf("%v", err)
		}
		segments, err := f.Segments(t.Context(), 0)
		noError(t, err)
		cover, err := f.Coverage(t.Context())
		noError(t, err)
		if len(segments) != 0 || len(cover) != 0 {
			t.Errorf("%d segments, of which the coverage says %+v", len(segments), cover)
		}
		f.load("web", text)
		if cover, err = f.Coverage(t.Context()); err != nil || len(cover) != 1 || cover[0].Rows != 40 {
			t.Errorf("%+v %v", cover, err)
		}
	})
}
