package leak

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"tasuke/cases/customer"
	"tasuke/internal/text"
)

// mails looks mail addresses up, also those with the sign written out to hide them from robots.
func (s *scan) mails() error {
	asked := map[string][]span{}
	for _, m := range mail.FindAllStringSubmatchIndex(s.s, -1) {
		local, domain := s.s[m[2]:m[3]], dot.ReplaceAllString(s.s[m[4]:m[5]], ".")
		for i := range len(local) {
			if i == 0 || isSign(local[i-1]) { // a sentence may end right before: "… Agency.taro@example.jp"
				s.domains(asked, span{s.at[m[2]+i], s.at[m[5]]}, local[i:], domain)
			}
		}
	}
	held, err := s.register.Holds(s.ctx, s.tx, customer.FieldMail, slices.Sorted(maps.Keys(asked)))
	if err != nil {
		return err
	}
	for v, nos := range held {
		for _, w := range asked[v] {
			s.add(Mail, w.from, w.to, text.MaskMail, nos)
		}
	}
	return nil
}

func isSign(c byte) bool { return strings.IndexByte("._-+%'", c) >= 0 }

// domains notes an address with every domain it may have: in "x@example.jp.Please" the sentence
// goes on.
func (s *scan) domains(asked map[string][]span, w span, local, domain string) {
	for strings.Contains(domain, ".") {
		v := text.Mail(local + "@" + domain)
		asked[v] = append(asked[v], w)
		domain = domain[:strings.LastIndex(domain, ".")]
	}
}

var (
	mail = regexp.MustCompile(`([a-z0-9._%+'-]+)\s?(?:@|\[at\]|\(at\)|<at>|\sat\s)\s?([a-z0-9-]+(?:(?:\.|\[\.\]|\(\.\)|\(dot\)|\[dot\])[a-z0-9-]+)+)`)
	dot  = regexp.MustCompile(`\[\.\]|\(\.\)|\(dot\)|\[dot\]`)
)
