package mail

import (
	"errors"
	"net/textproto"
	"regexp"
	"strings"
)

// reply is how far a conversation came and what the server said there. The text of a reply may
// name a recipient, so it is neither kept nor logged: the codes are.
type reply struct {
	Stage    Stage
	Code     int64 // RFC 5321; 0 when the server said nothing
	Enhanced string
	Problem  string
}

var enhanced = regexp.MustCompile(`^[245]\.[0-9]{1,3}\.[0-9]{1,3}\b`)

// heard reads what became of a stage: the server's codes, or that there was no answer.
func heard(at Stage, err error) reply {
	r := reply{Stage: at}
	var said *textproto.Error
	if errors.As(err, &said) {
		r.Code, r.Enhanced = int64(said.Code), enhanced.FindString(said.Msg)
	}
	r.Problem = r.problem()
	return r
}

func (r reply) temporary() bool { return r.Code >= 400 && r.Code < 500 }
func (r reply) permanent() bool { return r.Code >= 500 && r.Code < 600 }

// problem picks the sentence for the reader; the enhanced code says more than the plain one
// (RFC 3463).
func (r reply) problem() string {
	switch {
	case r.Stage == AtTLS:
		return "mail.problem.tls"
	case r.Stage == AtAuth:
		return "mail.problem.auth"
	case r.Stage == AtConnect || r.Stage == AtHello:
		return "mail.problem.connect"
	case r.Code == 0 && r.Stage == AtEnd:
		return "mail.problem.uncertain"
	case r.Code == 0:
		return "mail.problem.broken"
	case r.temporary():
		return "mail.problem.later"
	case strings.HasPrefix(r.Enhanced, "5.1.") || r.Enhanced == "" && r.Stage == AtRcpt && (r.Code == 550 || r.Code == 553 || r.Code == 551):
		return "mail.problem.mailbox"
	case r.Enhanced == "5.3.4" || r.Enhanced == "5.2.3" || r.Code == 552:
		return "mail.problem.size"
	case strings.HasPrefix(r.Enhanced, "5.7."):
		return "mail.problem.policy"
	}
	return "mail.problem.refused"
}

// Problems lists the keys of every sentence about a delivery.
var Problems = []string{
	"mail.problem.connect", "mail.problem.tls", "mail.problem.auth", "mail.problem.later", "mail.problem.broken",
	"mail.problem.mailbox", "mail.problem.size", "mail.problem.policy", "mail.problem.refused", "mail.problem.partly",
	"mail.problem.uncertain", "mail.problem.settings", "mail.problem.not_set_up",
}
