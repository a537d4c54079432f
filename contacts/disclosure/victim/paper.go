package victim

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"tasuke/contacts/disclosure/notice"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// Finding is what a guard found in a notice, as screens may show it.
type Finding struct {
	Kind   string // a kind of leak.Kind
	Masked string
}

// paper is one customer's notice as it is sealed: what was said for this customer, to whom and where
// it goes, the text by mail or site, the same on paper, and what the guards said.
type paper struct {
	Own
	Reach
	Subject  string            `json:",omitempty"`
	Text     string            `json:",omitempty"`
	Letter   string            `json:",omitempty"`
	Problems map[string]string `json:",omitempty"` // blank: message key
	Findings []Finding         `json:",omitempty"`
}

// written says that there is a text that may leave.
func (p paper) written() bool { return p.Subject != "" && len(p.Problems) == 0 && len(p.Findings) == 0 }

// digest is over everything that leaves, and to where: who approves, approves this.
func (p paper) digest(caseID string) string {
	if !p.written() {
		return ""
	}
	h := sha256.New()
	for _, s := range []string{notice.Version, caseID, string(p.Language), string(p.Medium), p.Name, p.Mail, p.Postal, p.Subject, p.Text, p.Letter} {
		_, _ = fmt.Fprintf(h, "%d:%s", len(s), s) // hash.Hash never fails
	}
	return hex.EncodeToString(h.Sum(nil))
}

// together is the digest of a mailing, empty while one of its notices is not written.
func together(all []Notice) string {
	h := sha256.New()
	for _, n := range all {
		if n.Digest == "" {
			return ""
		}
		_, _ = fmt.Fprintf(h, "%d %s\n", n.Pos, n.Digest)
	}
	if len(all) == 0 {
		return ""
	}
	return hex.EncodeToString(h.Sum(nil))
}

// write fills in a customer's notice in both its forms and has the guards look through them. What
// keeps it from leaving stands in Problems and Findings; an error is a guard that could not look.
func (s *Store) write(ctx context.Context, tx *db.Tx, m Mailing, c Content, n Notice, p paper) (paper, error) {
	p.Subject, p.Text, p.Letter, p.Problems, p.Findings = "", "", "", map[string]string{}, nil
	look := func(ctx context.Context, text string) ([]notice.Finding, error) {
		found, err := s.opts.Look(ctx, tx, text, []string{p.Name, s.opts.Firm.Name, s.opts.Firm.Section, s.opts.Firm.Phone}) // nothing that was typed
		return append(found, accounts(text)...), err
	}
	for _, by := range []notice.Medium{p.Medium, notice.ByLetter} {
		made, found, err := notice.ToVictim(ctx, c.blanks(p.Own, by, s.opts.Firm.Name, m.No, n.CaseNo, p.Name, tx.Now), look)
		if err := p.note(found, err); err != nil {
			return p, err
		}
		p.Subject, p.Letter = made.Subject, made.Body
		if by == p.Medium {
			p.Text = made.Body
		}
	}
	if p.Medium == notice.ByMail && p.Mail == "" {
		p.Problems["mail"] = "notice.no_mail_address"
	}
	return p, nil
}

// note keeps what was found, each once: the paper says what the mail says.
func (p *paper) note(found []notice.Finding, err error) error {
	var f *fault.Error
	if err != nil && !errors.As(err, &f) {
		return err
	}
	if f != nil && f.Kind != fault.Invalid && f.Kind != fault.Refused {
		return err
	}
	if f != nil {
		for field, key := range f.Fields {
			name, _, _ := strings.Cut(field, ".")
			p.Problems[name] = key
		}
	}
	for _, x := range found {
		if one := (Finding{x.Kind, x.Masked}); !slices.Contains(p.Findings, one) {
			p.Findings = append(p.Findings, one)
		}
	}
	return nil
}

// kinds are what was found, without what it was: for the audit trail.
func (p paper) kinds() []string {
	seen := map[string]bool{}
	for _, f := range p.Findings {
		seen[f.Kind] = true
	}
	for _, key := range p.Problems {
		if key == "notice.link" || key == "notice.word" {
			seen[strings.TrimPrefix(key, "notice.")] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

var digits = regexp.MustCompile(`[0-9]{7,}`)

// accounts finds numbers as long as an account's, also the customer's own: a notice never has one in
// full (operations.md 3.11). An amount may be that long.
func accounts(text string) (out []notice.Finding) {
	folded := norm.NFKC.String(text)
	for _, m := range digits.FindAllStringIndex(folded, -1) {
		rest := strings.TrimLeft(folded[m[1]:], " ")
		if strings.HasPrefix(rest, "円") || strings.HasPrefix(rest, "yen") {
			continue
		}
		out = append(out, notice.Finding{Kind: "account", Masked: "＊＊＊" + folded[m[1]-4:m[1]]})
	}
	return out
}
