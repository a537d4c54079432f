package inquiry_test

import (
	"errors"
	"sync"
	"testing"

	"tasuke/contacts/inquiry"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/fault"
)

func asFault(err error, f **fault.Error) bool { return errors.As(err, f) }

func each(t *testing.T, tests map[string]func(*testing.T, *world)) {
	t.Helper()
	t.Parallel()
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, newWorld(t, d)) })
		})
	}
}

func TestACallGetsItsReceiptNumberAtOnce(t *testing.T) {
	each(t, map[string]func(*testing.T, *world){
		"who does not take calls cannot": func(t *testing.T, w *world) {
			_, err := w.Start(t.Context(), legal, inquiry.Phone, "k")
			kind(t, err, fault.Forbidden, "actor.denied")
		},
		"a channel that does not exist is refused": func(t *testing.T, w *world) {
			_, err := w.Start(t.Context(), sato, "pigeon", "k")
			if f := kind(t, err, fault.Invalid, ""); f.Fields["channel"] == "" {
				t.Fatal(f.Fields)
			}
		},
		"a request without the client's key is refused": func(t *testing.T, w *world) {
			_, err := w.Start(t.Context(), sato, inquiry.Phone, "")
			kind(t, err, fault.Invalid, "")
		},
		"a double click gives one inquiry": func(t *testing.T, w *world) {
			a, err := w.Start(t.Context(), sato, inquiry.Phone, "k")
			w.must(err)
			b, err := w.Start(t.Context(), sato, inquiry.Phone, "k")
			w.must(err)
			if a.ID != b.ID || a.No != "INQ-2026-000001" || w.count(`SELECT count(*) FROM inquiry`) != 1 {
				t.Fatalf("%+v %+v", a, b)
			}
		},
		"eight requests at once with one key give one inquiry and one number": func(t *testing.T, w *world) {
			var all sync.WaitGroup
			nos := make([]string, 8)
			for i := range nos {
				all.Go(func() {
					q, err := w.Start(t.Context(), sato, inquiry.Phone, "k")
					if err != nil {
						t.Error(err)
					}
					nos[i] = q.No
				})
			}
			all.Wait()
			for _, no := range nos {
				if no != "INQ-2026-000001" {
					t.Fatal(nos)
				}
			}
			if n := w.start(sato); n.No != "INQ-2026-000002" {
				t.Fatal(n.No)
			}
		},
		"two people with the same key have two calls": func(t *testing.T, w *world) {
			a, err := w.Start(t.Context(), sato, inquiry.Phone, "k")
			w.must(err)
			b, err := w.Start(t.Context(), suzuki, inquiry.Phone, "k")
			w.must(err)
			if a.ID == b.ID {
				t.Fatal(a.ID)
			}
		},
		"a number is found however it is typed": func(t *testing.T, w *world) {
			q := w.start(sato)
			for _, no := range []string{q.No, "ｉｎｑ－２０２６－０００００１", "2026-000001", " inq-2026-000001 "} {
				got, err := w.ByNo(t.Context(), sato, no)
				w.must(err)
				if got.ID != q.ID {
					t.Fatal(no)
				}
			}
		},
	})
}
