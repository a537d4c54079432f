package inquiry_test

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"
	"time"

	"tasuke/contacts/inquiry"
	"tasuke/internal/db"
)

func TestAFormIsSavedOnlyWhenItHoldsTogether(t *testing.T) {
	t.Parallel()
	items := func(is ...inquiry.IDItem) []inquiry.IDItem { return is }
	tests := map[string]struct {
		change     func(*inquiry.Form)
		field, key string
	}{
		"no category":                         {func(f *inquiry.Form) { f.Category = "" }, "category", "inquiry.category.missing"},
		"a category that does not exist":      {func(f *inquiry.Form) { f.Category = "boredom" }, "category", "form.choice"},
		"no tale":                             {func(f *inquiry.Form) { f.WhatHappened = " 　" }, "what_happened", "inquiry.what_happened.missing"},
		"a tale of 4,001 characters":          {func(f *inquiry.Form) { f.WhatHappened = strings.Repeat("売", 4001) }, "what_happened", "form.too_long"},
		"bytes that are no text":              {func(f *inquiry.Form) { f.CallerName = "\xff" }, "caller_name", "form.not_text"},
		"neither customer nor account":        {func(f *inquiry.Form) { f.CustomerID, f.AccountNo, f.LockAsked = "", "", false }, "customer_id", "inquiry.customer.missing"},
		"known and unknown at once":           {func(f *inquiry.Form) { f.CustomerUnknown = true }, "customer_id", "inquiry.customer.both"},
		"a lock for nobody knows whom":        {func(f *inquiry.Form) { f.CustomerID, f.AccountNo, f.CustomerUnknown, f.LockAsked = "", "", true, true }, "lock_asked", "inquiry.lock.whose"},
		"a lock without any identification":   {func(f *inquiry.Form) { f.LockAsked, f.Identity = true, inquiry.Identity{} }, "lock_asked", "inquiry.lock.identify"},
		"weak identification without a name":  {func(f *inquiry.Form) { f.Identity.Items = items(inquiry.ItemAccount) }, "identity.items", "inquiry.idv.weak_items"},
		"weak identification by a name alone": {func(f *inquiry.Form) { f.Identity.Items = items(inquiry.ItemNameKana) }, "identity.items", "inquiry.idv.weak_items"},
		"level two without a passed check":    {func(f *inquiry.Form) { f.Identity.Level, f.Identity.Result = 2, inquiry.IDNotDone }, "identity.result", "inquiry.idv.not_passed"},
		"level three with what a thief can see": {func(f *inquiry.Form) {
			f.Identity.Level, f.Identity.Items = 3, items("name_kana", "birth_date", "account_no", "address")
		}, "identity.items", "inquiry.idv.strong_items"},
		"a failed check with a level":   {func(f *inquiry.Form) { f.Identity.Result = inquiry.IDFailed }, "identity.level", "inquiry.idv.failed"},
		"level four":                    {func(f *inquiry.Form) { f.Identity.Level = 4 }, "identity.level", "form.range"},
		"noticed tomorrow":              {func(f *inquiry.Form) { f.NoticedAt = at(24 * time.Hour) }, "noticed_at", "form.future"},
		"noticed eleven years ago":      {func(f *inquiry.Form) { f.NoticedAt = at(-11 * 366 * 24 * time.Hour) }, "noticed_at", "inquiry.time.long_ago"},
		"a promise without a moment":    {func(f *inquiry.Form) { f.Promise = "折り返します" }, "next_contact_due", "inquiry.promise.no_due"},
		"a promise for yesterday":       {func(f *inquiry.Form) { f.NextContactDue = at(-time.Hour) }, "next_contact_due", "inquiry.promise.past"},
		"a promise for next year":       {func(f *inquiry.Form) { f.NextContactDue = at(365 * 24 * time.Hour) }, "next_contact_due", "inquiry.promise.far"},
		"twenty-one devices":            {func(f *inquiry.Form) { f.Devices = make([]inquiry.Device, 21) }, "devices", "form.too_many"},
		"a device that does not exist":  {func(f *inquiry.Form) { f.Devices = []inquiry.Device{{Kind: "toaster"}} }, "devices.0", "form.choice"},
		"guidance that does not exist":  {func(f *inquiry.Form) { f.Guidance = []inquiry.Guidance{"sell"} }, "guidance", "form.choice"},
		"a lock on weak identification": {func(f *inquiry.Form) { f.LockAsked = true }, "", ""},
		"a lock by name and birth date": {func(f *inquiry.Form) { f.LockAsked, f.Identity.Items = true, items("name_kana", "birth_date") }, "", ""},
		"a lock asked for by the police": {func(f *inquiry.Form) {
			f.LockAsked, f.Identity, f.CallerRelation = true, inquiry.Identity{}, inquiry.PoliceForce
		}, "", ""},
		"an account as said, of nobody known": {func(f *inquiry.Form) { f.CustomerID, f.CustomerUnknown = "", true }, "", ""},
		"level three with one thing from letters": {func(f *inquiry.Form) {
			f.Identity.Level, f.Identity.Items = 3, items("name_kana", "birth_date", "last_statement")
		}, "", ""},
		"a promise for tomorrow": {func(f *inquiry.Form) { f.Promise, f.NextContactDue = "折り返します", at(24*time.Hour) }, "", ""},
		"as it is":               {func(*inquiry.Form) {}, "", ""},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := tale()
			c.change(&f)
			want := map[string]string{}
			if c.field != "" {
				want[c.field] = c.key
			}
			if got := inquiry.Check(f, at(0)); !maps.Equal(got, want) {
				t.Fatalf("got %v, want %v", got, want)
			}
		})
	}
}

func TestAnEmptyDraftMayBeKept(t *testing.T) {
	t.Parallel()
	if bad := inquiry.CheckDraft(inquiry.Form{}); len(bad) != 0 {
		t.Fatal(bad)
	}
}

func TestEveryChoiceHasAKeyOfItsOwn(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, c := range inquiry.Choices() {
		for _, v := range c.Values {
			if k := c.Key(v); v == "" || seen[k] {
				t.Errorf("%q stands there twice", k)
			} else {
				seen[k] = true
			}
		}
	}
}

// What the checks let through survives being stored, is bounded, and never makes them panic.
func FuzzCheck(f *testing.F) {
	whole, err := json.Marshal(tale())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(whole), int64(0))
	f.Add(`{"category":"fraud_trade","identity":{"level":-1},"devices":[{}],"noticed_at":-9223372036854775808}`, int64(1<<62))
	f.Fuzz(func(t *testing.T, in string, now int64) {
		var form inquiry.Form
		if json.Unmarshal([]byte(in), &form) != nil {
			return
		}
		inquiry.Check(form, db.Instant(now))
		if len(inquiry.CheckDraft(form)) > 0 {
			return
		}
		out, err := json.Marshal(form)
		if err != nil {
			t.Fatal(err)
		}
		if len(out) > 400_000 {
			t.Fatalf("%d bytes passed", len(out))
		}
		var again inquiry.Form
		if err := json.Unmarshal(out, &again); err != nil {
			t.Fatal(err)
		}
		if back, err := json.Marshal(again); err != nil || string(back) != string(out) {
			t.Fatalf("stored as something else: %s", back)
		}
	})
}
