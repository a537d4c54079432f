package mail_test

import (
	"strings"
	"testing"

	"tasuke/contacts/mail"
)

func TestALetterThatMustNotLeaveIsRefused(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		field, key string
		change     func(*mail.Letter)
	}{
		"without a recipient":                       {"to", "mail.to.none", func(l *mail.Letter) { l.To = nil }},
		"with too many recipients":                  {"to", "mail.to.many", func(l *mail.Letter) { l.To = many(21) }},
		"to something that is no address":           {"to", "mail.to.bad", func(l *mail.Letter) { l.To = []string{"銀行"} }},
		"to an address with a name":                 {"to", "mail.to.bad", func(l *mail.Letter) { l.To = []string{"A <a@b.example>"} }},
		"to an address with a second command":       {"to", "mail.to.bad", func(l *mail.Letter) { l.To = []string{"a@b.example>\r\nDATA"} }},
		"to two addresses in one":                   {"to", "mail.to.bad", func(l *mail.Letter) { l.To = []string{"a@b.example,c@d.example"} }},
		"to a host without a domain":                {"to", "mail.to.bad", func(l *mail.Letter) { l.To = []string{"root@localhost"} }},
		"to an address that no server takes":        {"to", "mail.to.bad", func(l *mail.Letter) { l.To = []string{"銀行@銀行.example"} }},
		"without a subject":                         {"subject", "mail.subject.none", func(l *mail.Letter) { l.Subject = " " }},
		"with a second header in the subject":       {"subject", "mail.subject.bad", func(l *mail.Letter) { l.Subject = "a\r\nBcc: x@y.example" }},
		"with a line separator in the subject":      {"subject", "mail.subject.bad", func(l *mail.Letter) { l.Subject = "a\u2028b" }},
		"with a subject without end":                {"subject", "mail.subject.bad", func(l *mail.Letter) { l.Subject = strings.Repeat("あ", 151) }},
		"with an account number in the subject":     {"subject", "mail.subject.number", func(l *mail.Letter) { l.Subject = "口座 １２３４５６７ の件" }},
		"with a telephone number in the subject":    {"subject", "mail.subject.number", func(l *mail.Letter) { l.Subject = "090-1234-5678 より" }},
		"without a text":                            {"text", "mail.text.none", func(l *mail.Letter) { l.Text = "\n" }},
		"with a control character in the text":      {"text", "mail.text.bad", func(l *mail.Letter) { l.Text = "a\x00b" }},
		"with a link to a login page":               {"text", "mail.text.login_link", func(l *mail.Letter) { l.Text = "こちら https://firm.example/login" }},
		"with a link to a login page by a bare www": {"text", "mail.text.login_link", func(l *mail.Letter) { l.Text = "www.firm.example/signin" }},
		"with a login word hidden in the address":   {"text", "mail.text.login_link", func(l *mail.Letter) { l.Text = "https://firm.example/?to=%E3%83%AD%E3%82%B0%E3%82%A4%E3%83%B3" }},
		"with a link in full width":                 {"text", "mail.text.login_link", func(l *mail.Letter) { l.Text = "ｈｔｔｐｓ：／／firm.example/ｌｏｇｉｎ" }},
		"with a link by which to reset a password": {"text", "mail.text.login_link", func(l *mail.Letter) {
			l.Text = "パスワードを変更してください。\nhttps://firm.example/a1"
		}},
		"with a link to a login page in English":   {"text", "mail.text.login_link", func(l *mail.Letter) { l.Text = "Please log in here: http://firm.example/x" }},
		"with a file whose name is a path":         {"attachments", "mail.file.name", func(l *mail.Letter) { l.Attachments[0].Name = "../a.pdf" }},
		"with a file whose name ends a header":     {"attachments", "mail.file.name", func(l *mail.Letter) { l.Attachments[0].Name = "a\r\nX: y.pdf" }},
		"with a file whose name is turned around":  {"attachments", "mail.file.name", func(l *mail.Letter) { l.Attachments[0].Name = "a\u202efdp.exe" }},
		"with a file of a type that ends a header": {"attachments", "mail.file.bad", func(l *mail.Letter) { l.Attachments[0].Type = "application/pdf\r\nX: y" }},
		"with an empty file":                       {"attachments", "mail.file.bad", func(l *mail.Letter) { l.Attachments[0].Body = nil }},
		"with files that no bank takes":            {"attachments", "mail.file.size", func(l *mail.Letter) { l.Attachments[0].Body = make([]byte, 7<<20+1) }},
		"without a key":                            {"key", "mail.key.missing", func(l *mail.Letter) { l.Key = "" }},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := letter()
			c.change(&l)
			field(t, l.Check(), c.field, c.key)
		})
	}
}

func TestALetterMaySpeakOfPasswordsAndHaveAHarmlessLink(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"当社がメールでパスワードの入力をお願いすることはありません。",
		"公表資料:\nhttps://www.fsa.go.jp/news/index.html\n",
		"ログインは公式アプリからお願いします。\n\n\n会社概要 https://firm.example/company",
		"Our password rules have changed. Call us on the number you know.",
	} {
		if mail.LeadsToPassword(text) {
			t.Errorf("refused: %s", text)
		}
	}
	if err := letter().Check(); err != nil {
		t.Fatal(err)
	}
}

func many(n int) (out []string) {
	for i := range n {
		out = append(out, strings.Repeat("a", i+1)+"@bank.example")
	}
	return out
}

func FuzzALetterThatPassesHasNoLineEndInItsHeaders(f *testing.F) {
	f.Add("a@b.example", "件名", "a.pdf", "本文")
	f.Fuzz(func(t *testing.T, to, subject, name, text string) {
		l := mail.Letter{To: []string{to}, Subject: subject, Text: text, Key: "k", Attachments: []mail.Attachment{{Name: name, Type: "text/plain", Body: []byte("x")}}}
		if l.Check() == nil && strings.ContainsAny(strings.TrimSpace(to)+strings.TrimSpace(subject)+name, "\r\n\x00") {
			t.Fatalf("%q %q %q", to, subject, name)
		}
	})
}
