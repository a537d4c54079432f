package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-message/mail"

	"tasuke/contacts"
	"tasuke/contacts/isac"
	"tasuke/contacts/isac/stix"
	"tasuke/internal/paging"
)

// What the firms of the trade are told in the closing walk: values of the attack, no customer.

const isacMail = "isac@isac.example"

// shareRefused: a draft that names a customer does not get beyond its draft.
func (w *closing) shareRefused() {
	p := w.as("fraud")
	p.visit("/incidents/" + w.id)
	p.link("/incidents/" + w.id + "/shares")
	w.typeShare(p)
	w.station(p, "share-form")
	p.leads(p.submit)
	w.share = js[string](p, "location.pathname.split('/')[2]")
	p.tagged(w.say.T("share.state.draft"))
	ir := w.as("ir")
	ir.visit("/shares/" + w.share)
	ir.tick("#f-read")
	ir.turns(func() { ir.to(`form[action$="/freeze"] button`); ir.enter() })
	ir.says(".problem", w.say.T("share.leaks", "N", 1))
	ir.says("[aria-labelledby=found]", w.say.T("share.field.method"), w.say.T("leak.kind.name"))
	ir.tagged(w.say.T("share.state.draft"))
	w.station(ir, "share-refused")
}

// typeShare fills the form in, with a customer's name in the description of the method.
func (w *closing) typeShare(p *hands) {
	w.t.Helper()
	now := w.now()
	p.fill("#f-title", w.in("偽SMSから誘導する不正ログインと出金先口座の変更", "Sign-ins after a false text message, and changed destinations"))
	p.choose("#f-tlp", string(stix.Amber))
	p.choose("#f-channel", string(isac.FISAC))
	p.choose("#f-desk", w.isacDesk())
	p.fill("#f-attack_origin", w.in("国外のホスティング事業者のアドレス。", "Addresses of a hosting firm abroad."))
	p.fill("#f-method", w.shareMethod()+strings.Join(strings.Fields(w.customerName(frightened)), ""))
	p.fill("#f-purpose", w.in("変更した出金先口座への送金。", "Payouts to the changed accounts."))
	p.fill("#f-countermeasure", w.in("該当アドレスを遮断した。", "Blocked the addresses."))
	p.at("#f-observed_from", now.Add(-12*time.Hour))
	p.at("#f-observed_to", now.Add(-10*time.Hour))
	p.replace("#f-confidence", "80")
	p.choose("#f-language", w.lang)
	p.fill("#f-indicators", lines("ip | "+attackIP+" | | | 3 | own | "+w.in("接続元", "came from"), "device | "+attackDevice+" | | | 3 | own | "))
}

func (w *closing) shareMethod() string {
	return w.in("SMSから偽サイトへ誘導し、認証情報を窃取。", "A text message leads to a false site that steals credentials. ")
}

// isacDesk is the desk of the directory that takes shares by mail.
func (w *closing) isacDesk() string {
	w.t.Helper()
	desks, _, err := w.desks.List(w.t.Context(), w.firm.who["funds"], contacts.Filter{Kind: contacts.ISAC}, paging.Page{Limit: 20})
	must(w.t, err)
	i := slices.IndexFunc(desks, func(d contacts.Desk) bool { return d.Mail == isacMail })
	if i < 0 {
		w.t.Fatal("the directory has no desk of the ISAC")
	}
	return desks[i].ID
}

// shareLeft: corrected by its author, put to approval by the responder, approved by legal, sent.
func (w *closing) shareLeft() {
	p := w.as("fraud")
	p.visit("/shares/" + w.share)
	p.unfold("[aria-labelledby=content] details")
	p.replace("#f-method", w.shareMethod())
	p.leads(p.submit)
	ir := w.as("ir")
	ir.visit("/shares/" + w.share)
	ir.tick("#f-read")
	ir.button(`form[action$="/freeze"] button`)
	ir.tagged(w.say.T("share.state.sanitised"))
	legal := w.as("legal")
	legal.visit("/shares/" + w.share)
	legal.button(`button[name=event][value=` + string(isac.ApprovalGiven) + `]`)
	legal.tagged(w.say.T("share.state.approved"))
	w.station(legal, "share-approved")
	p.visit("/shares/" + w.share)
	p.button(`form[action$="/send"] button`)
	w.bundleArrives(w.mailTo(isacMail))
	w.heard("the share has left", func() bool {
		state, err := one[string](w.t.Context(), w.db, `SELECT state FROM share WHERE id = ?`, w.share)
		must(w.t, err)
		return state == string(isac.Sent)
	})
	p.visit("/shares/" + w.share)
	p.tagged(w.say.T("share.state.sent"))
	w.station(p, "share-sent")
	sysops := w.as("sysops")
	sysops.visit("/outbox?incident=" + w.id)
	sysops.says("tbody", "@isac.example", w.say.T("mail.state.sent"))
	w.station(sysops, "outbox-for-operations")
}

// bundleArrives: the desk gets a bundle that other programs can read, and no customer in it.
func (w *closing) bundleArrives(m posted) {
	w.t.Helper()
	files := m.files(w.t)
	i := slices.IndexFunc(files, func(f enclosure) bool { return strings.HasSuffix(f.name, ".json") })
	if i < 0 {
		w.t.Fatalf("the mail to the ISAC has no bundle: %d files", len(files))
	}
	var bundle struct {
		Type    string
		Objects []struct{ Type, Pattern string }
	}
	must(w.t, json.Unmarshal(files[i].body, &bundle))
	told := func(value string) bool {
		return slices.ContainsFunc(bundle.Objects, func(o struct{ Type, Pattern string }) bool {
			return o.Type == "indicator" && strings.Contains(o.Pattern, value)
		})
	}
	if bundle.Type != "bundle" || !told(attackIP) || !told(attackDevice) {
		w.t.Errorf("the bundle does not tell of the attack: %s", files[i].body)
	}
	for _, f := range files {
		if strings.Contains(string(f.body), w.customerName(frightened)) || strings.Contains(string(f.body), ref(frightened)) {
			w.t.Errorf("%s names the customer", f.name)
		}
	}
}

// enclosure is a file in a mail.
type enclosure struct {
	name string
	body []byte
}

// files takes all attachments out of a mail.
func (m posted) files(t *testing.T) (out []enclosure) {
	t.Helper()
	r, err := mail.CreateReader(bytes.NewReader(m.raw))
	must(t, err)
	for {
		part, err := r.NextPart()
		if err == io.EOF {
			return out
		}
		must(t, err)
		if h, ok := part.Header.(*mail.AttachmentHeader); ok {
			name, err := h.Filename()
			must(t, err)
			body, err := io.ReadAll(part.Body)
			must(t, err)
			out = append(out, enclosure{name, body})
		}
	}
}

// text is what a mail says to a person, with its subject.
func (m posted) text(t *testing.T) string {
	t.Helper()
	r, err := mail.CreateReader(bytes.NewReader(m.raw))
	must(t, err)
	subject, err := r.Header.Subject()
	must(t, err)
	part, err := r.NextPart()
	must(t, err)
	body, err := io.ReadAll(part.Body)
	must(t, err)
	return subject + "\n" + string(body)
}

// customerName is a customer's name as the register has it.
func (w *closing) customerName(n int) string { w.t.Helper(); return w.customer(n)[1] }

// customer is a customer's line of the register.
func (w *closing) customer(n int) []string {
	w.t.Helper()
	file, err := demoCSV()
	must(w.t, err)
	rows, err := csv.NewReader(bytes.NewReader(file)).ReadAll()
	must(w.t, err)
	return rows[n]
}
