package isac_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"tasuke/cases/customer/leak/plant"
	"tasuke/contacts/isac"
	"tasuke/contacts/isac/stix"
	"tasuke/internal/fault"
)

// fields puts a text into each field that people write.
var fields = map[string]func(*isac.Content, string){
	"title":          func(c *isac.Content, s string) { c.Title = s },
	"attack_origin":  func(c *isac.Content, s string) { c.AttackOrigin = s },
	"method":         func(c *isac.Content, s string) { c.Method = s },
	"purpose":        func(c *isac.Content, s string) { c.Purpose = s },
	"countermeasure": func(c *isac.Content, s string) { c.Countermeasure = s },
	"note-2":         func(c *isac.Content, s string) { c.Indicators[1].Note = s },
}

func TestCustomersDataNeverReachesAnApproval(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"in whatever field it stands": func(t *testing.T, h *house) {
			r := rand.New(rand.NewPCG(3, 5))
			caught := 0
			for field, put := range fields {
				for kind, write := range map[string]func(*rand.Rand, plant.Person) string{"name": plant.Name, "account": plant.Account, "phone": plant.Phone, "mail": plant.Mail} {
					p := h.people[20+r.IntN(20)]
					secret := write(r, p)
					s := h.begin(func(c *isac.Content) { put(c, "申出のあった顧客 "+secret+" の口座で確認。") })
					_, found, err := h.Freeze(t.Context(), responder, s.ID, s.Rev, true)
					refused(t, err, fault.Refused, "share.leaks")
					if !slices.ContainsFunc(found, func(f isac.Found) bool { return f.Field == field && string(f.Kind) == kind && f.At > 1 }) {
						t.Errorf("%s in %s: found %+v", kind, field, found)
						continue
					}
					caught++
					if now := h.sheet(s.ID); now.Share.State != isac.Draft || now.Share.Version != 0 || now.Share.Rev != s.Rev || now.Lines[0].Event != isac.Leaked {
						t.Errorf("%s in %s left %+v", kind, field, now.Share)
					}
				}
			}
			if n := h.count(`SELECT count(*) FROM audit_entry WHERE action = 'share.refused'`); n != caught || caught != len(fields)*4 {
				t.Errorf("%d refusals on record of %d", n, caught)
			}
		},
		"and the record of the refusal does not repeat it": func(t *testing.T, h *house) {
			p := h.people[25]
			name := p.Family + p.Given
			s := h.begin(func(c *isac.Content) { c.Method = "被害者は" + name + "様。" })
			_, found, err := h.Freeze(t.Context(), responder, s.ID, s.Rev, true)
			refused(t, err, fault.Refused, "share.leaks")
			if len(found) == 0 || found[0].Text != "" || strings.Contains(found[0].Masked, name) {
				t.Errorf("who did not write it is shown %+v", found)
			}
			l := h.sheet(s.ID).Lines[0]
			if l.Args["Found"] != "name@method" || l.Args["Stage"] != "frozen" {
				t.Errorf("the history says %v", l.Args)
			}
			own, err := h.Begin(t.Context(), responder, h.incident.ID, content(func(c *isac.Content) { c.Method = "被害者は" + name + "様。" }))
			must(t, err)
			_, found, err = h.Freeze(t.Context(), responder, own.ID, own.Rev, true)
			refused(t, err, fault.Refused, "share.leaks")
			if len(found) != 1 || found[0].Text != name || found[0].At != 5 {
				t.Errorf("who wrote it is shown %+v", found)
			}
			for table, column := range map[string]string{"audit_entry": "CAST(detail AS TEXT)", "share_line": "args"} {
				if n := h.count(`SELECT count(*) FROM ` + table + ` WHERE ` + column + ` LIKE '%` + name + `%'`); n != 0 {
					t.Errorf("%s repeats the name", table)
				}
			}
		},
		"as a value": func(t *testing.T, h *house) {
			p := h.people[30]
			s := h.begin(func(c *isac.Content) {
				c.Indicators = append(c.Indicators, isac.Indicator{Kind: stix.Mail, Value: p.Mail, Label: isac.Own}, isac.Indicator{Kind: stix.Device, Value: "id " + p.Branch + "-" + p.Account, Label: isac.Own})
			})
			_, found, err := h.Freeze(t.Context(), responder, s.ID, s.Rev, true)
			refused(t, err, fault.Refused, "share.leaks")
			var at []string
			for _, f := range found {
				at = append(at, string(f.Kind)+"@"+f.Field)
			}
			if !slices.Contains(at, "mail@value-6") || !slices.Contains(at, "account@value-7") {
				t.Errorf("found %v", at)
			}
		},
		"and what becomes a customer's between freezing and sending is found right before it leaves": func(t *testing.T, h *house) {
			late := plant.Register(rand.New(rand.NewPCG(99, 1)), 60)[45:]
			s := h.approved(func(c *isac.Content) { c.Countermeasure = "協力者の " + late[3].Mail + " から提供。" })
			h.enrol(late)
			for stage, leave := range map[isac.Event]func() (isac.Share, []isac.Found, error){
				isac.MailQueued: func() (isac.Share, []isac.Found, error) { return h.Send(t.Context(), analyst, s.ID, s.Rev) },
				isac.HandedIn: func() (isac.Share, []isac.Found, error) {
					return h.HandIn(t.Context(), analyst, isac.Handover{ID: s.ID, Rev: s.Rev, At: h.d.Now(), Reference: "F-1"})
				},
			} {
				_, found, err := leave()
				refused(t, err, fault.Refused, "share.leaks")
				now := h.sheet(s.ID)
				if len(found) != 1 || found[0].Text != late[3].Mail || now.Share.State != isac.Approved || now.Lines[0].Args["Stage"] != string(stage) {
					t.Errorf("%s: %+v %+v", stage, found, now.Share)
				}
			}
			if n := h.count(`SELECT count(*) FROM mail_message`); n != 0 {
				t.Errorf("%d mails", n)
			}
		},
	})
}

func TestValuesThatAreNoneAreNamedByLine(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"account numbers, addresses of the house and broken values": func(t *testing.T, h *house) {
			c := content(func(c *isac.Content) {
				c.Indicators = []isac.Indicator{{Kind: stix.IP, Value: "198.51.100.4", Label: isac.Own}, {Kind: stix.Device, Value: "123-4567890", Label: isac.Own}, {Kind: stix.Device, Value: "0005-001-1234567", Label: isac.Own},
					{Kind: stix.IP, Value: "192.168.0.1", Label: isac.Own}, {Kind: stix.Domain, Value: "no domain", Label: isac.Own}, {Kind: stix.IP, Value: "198.51.100.5", Label: "WHITE"}}
			})
			_, err := h.Begin(t.Context(), analyst, h.incident.ID, c)
			if !fault.Is(err, fault.Invalid) {
				t.Fatal(err)
			}
			want := []isac.WrongLine{{N: 2, Key: "share.indicator.account"}, {N: 3, Key: "share.indicator.account"}, {N: 4, Key: "share.indicator.private"}, {N: 5, Key: "stix.indicator.value"}, {N: 6, Key: "share.indicator.label"}}
			if got := c.WrongLines(); !slices.Equal(got, want) {
				t.Errorf("got %v", got)
			}
		},
		"a value whose source did not say how far it travels counts as red": func(t *testing.T, h *house) {
			for label, ok := range map[string]bool{"": false, string(stix.Red): false, string(stix.AmberStrict): false, string(stix.Amber): true, string(stix.Green): true, isac.Own: true} {
				s := h.begin(func(c *isac.Content) { c.Indicators[0].Label = label })
				_, _, err := h.Freeze(t.Context(), responder, s.ID, s.Rev, true)
				if ok {
					must(t, err)
				} else {
					refused(t, err, fault.Refused, "share.guard.wide")
				}
			}
		},
		"TLP:RED is for people the firm knows": func(t *testing.T, h *house) {
			for channel, ok := range map[isac.Channel]bool{isac.FISAC: false, isac.JSDA: false, isac.JPCERT: false, isac.Police: true, isac.Peer: true} {
				s := h.begin(func(c *isac.Content) { c.TLP, c.Channel = stix.Red, channel })
				_, _, err := h.Freeze(t.Context(), responder, s.ID, s.Rev, true)
				if ok {
					must(t, err)
				} else {
					refused(t, err, fault.Refused, "share.guard.community")
				}
			}
		},
	})
}
