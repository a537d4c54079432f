package rollup_test

import (
	"encoding/csv"
	"strings"
	"testing"

	"tasuke/cases/sweep/rollup"
	"tasuke/internal/fault"
)

// Whatever a file holds, each row is an event, or rejected with its line; or the file is refused.
func FuzzFiles(f *testing.F) {
	f.Add("日時,種別,顧客番号,ip\n2026-04-01 09:00:00,login,C1,203.0.113.5\n", false)
	f.Add("at,kind,customer\n\"2026-04-01T00:00:00Z\",\"lo\"\"gin\",C1\n\n\r\nx", false)
	f.Add("at,kind,customer,referrer,amount,quantity\n2026-04-01T00:00:00Z,login,C1,http://[,¥1.0,-0.5\n", false)
	f.Add(`{"at":"2026-04-01T00:00:00Z","kind":"login","customer":5,"ip":{"a":1}}`+"\n[]\nnull\n", true)
	f.Fuzz(func(t *testing.T, text string, json bool) {
		m := mapping(t, "times: [rfc3339, unix, unix_ms, '2006-01-02 15:04:05']")
		if json {
			m.Format = rollup.NDJSON
		}
		events, bad, err := rollup.ReadAll(strings.NewReader(text), m, noon)
		if err != nil && !fault.Is(err, fault.Invalid) {
			t.Fatal(err)
		}
		lines, last := strings.Count(text, "\n")+1, 0
		if len(events)+len(bad) > lines {
			t.Fatalf("%d rows of %d lines", len(events)+len(bad), lines)
		}
		for _, e := range events {
			if e.Line <= last || e.Line > lines || e.Customer == "" || e.Kind == "" || e.At <= 0 || e.At > noon.Add(3600e9) {
				t.Fatalf("%+v", e)
			}
			last = e.Line
		}
		for _, b := range bad {
			if b.Line < 1 || b.Line > lines || !strings.HasPrefix(b.Reason, "sweep.reject.") {
				t.Fatalf("%+v", b)
			}
		}
	})
}

// A row that other programs write is read as they wrote it.
func FuzzRowsAreReadAsOthersWriteThem(f *testing.F) {
	f.Add("C\"1", "a,b", "\r\n\"")
	f.Fuzz(func(t *testing.T, customer, session, channel string) {
		var b strings.Builder
		w := csv.NewWriter(&b)
		for _, row := range [][]string{{"at", "kind", "customer", "session", "channel"}, {"2026-04-01T00:00:00Z", "login", customer, session, channel}} {
			if err := w.Write(row); err != nil {
				t.Skip()
			}
		}
		w.Flush()
		events, bad, err := rollup.ReadAll(strings.NewReader(b.String()), mapping(t, ""), noon)
		if err != nil || len(bad) > 0 {
			return
		}
		if len(events) != 1 || events[0].Session != strings.TrimSpace(session) || events[0].Channel != strings.TrimSpace(channel) {
			t.Errorf("%q %q %q: %+v", customer, session, channel, events)
		}
	})
}
