package mail

import (
	"context"
	"errors"
	"fmt"
	"net/textproto"

	"tasuke/internal/db"
)

// envelope is what the mail server is told and handed.
type envelope struct {
	from string
	to   []target
	raw  []byte
}

// target is a recipient that has not got the message yet.
type target struct {
	pos     int64
	address string
}

// outcome is what an attempt came to: for the message, and for each recipient it was offered to.
// It holds no address, so it may stand in an effect's output.
type outcome struct {
	Result Result
	reply
	Reached []reached
	cause   error
}

type reached struct {
	Pos      int64  `json:"pos"`
	State    Reach  `json:"state"`
	Code     int64  `json:"code"`
	Enhanced string `json:"enhanced,omitempty"`
}

// all gives every recipient of the envelope the same fate.
func (e envelope) all(r Result, to Reach, said reply, cause error) outcome {
	o := outcome{Result: r, reply: said, cause: cause}
	for _, t := range e.to {
		o.Reached = append(o.Reached, reached{t.pos, to, said.Code, said.Enhanced})
	}
	return o
}

// putOff is an attempt that certainly left nothing with the server.
func (e envelope) putOff(at Stage, err error) outcome {
	return e.all(WasPutOff, PutOffFor, heard(at, err), err)
}

// send hands one message over. leaving is called when the connection stands and nothing was said
// of the message yet; its error ends the attempt. Where the settings are wrong the message is put
// off and not refused: it is not the message's fault.
func (s *sender) send(ctx context.Context, e envelope, leaving func(context.Context) error) (outcome, error) {
	l, at, err := s.take(ctx)
	if err != nil {
		return e.putOff(at, err), nil
	}
	db.Crash("mail.before_leaving")
	if err := leaving(ctx); err != nil {
		s.give(l)
		return outcome{}, err
	}
	o, sound := l.transfer(e)
	// A server that has had enough of one connection says so at MAIL, or has hung up: a new
	// connection goes on. It is not the message's fault.
	if o.Stage == AtMail && !o.permanent() && l.sent > 0 {
		l.free()
		l.quit()
		if l, at, err = s.open(ctx); err != nil {
			return e.putOff(at, err), nil
		}
		o, sound = l.transfer(e)
	}
	if !sound {
		l.free()
		l.drop()
		return o, nil
	}
	s.give(l)
	return o, nil
}

// transfer is one mail transaction (RFC 5321 3.3). sound says that the connection can be used again.
func (l *line) transfer(e envelope) (o outcome, sound bool) {
	if err := l.client.Mail("<" + e.from + ">"); err != nil {
		said := heard(AtMail, err)
		if said.permanent() {
			return e.all(WasRefused, RefusedFor, said, err), true
		}
		return e.putOff(AtMail, err), answered(err)
	}
	o, taken, err := l.recipients(e)
	switch {
	case err != nil:
		return o, false
	case taken == 0:
		return o, l.client.Reset() == nil
	}
	return l.data(e, o)
}

// answered says that the server spoke, so that the connection stands; 421 is its good-bye.
func answered(err error) bool {
	var said *textproto.Error
	return errors.As(err, &said) && said.Code != 421
}

// recipients offers each recipient; the server may take some and not others.
func (l *line) recipients(e envelope) (o outcome, taken int, err error) {
	for _, t := range e.to {
		err := l.client.Rcpt("<" + t.address + ">")
		said := heard(AtRcpt, err)
		switch {
		case err == nil:
			taken++
			o.Reached = append(o.Reached, reached{t.pos, AcceptedFor, 0, ""})
			continue
		case !answered(err):
			return e.putOff(AtRcpt, err), 0, err
		case said.permanent():
			o.Reached = append(o.Reached, reached{t.pos, RefusedFor, said.Code, said.Enhanced})
		default:
			o.Reached = append(o.Reached, reached{t.pos, PutOffFor, said.Code, said.Enhanced})
		}
		o.reply, o.cause = said, err
	}
	o.Result = o.result()
	return o, taken, nil
}

// data sends the mail itself to those who were taken. Until the line that ends it nothing can have
// been accepted (RFC 5321 4.1.1.4); once that line may have arrived, only the server's answer tells.
func (l *line) data(e envelope, o outcome) (outcome, bool) {
	w, err := l.client.Data()
	if err != nil {
		if said := heard(AtData, err); said.permanent() {
			return o.ofTaken(RefusedFor, said, err), answered(err)
		}
		return o.ofTaken(PutOffFor, heard(AtData, err), err), answered(err)
	}
	if _, err := w.Write(e.raw); err != nil {
		return o.ofTaken(PutOffFor, heard(AtData, err), err), false
	}
	db.Crash("mail.before_end")
	err = w.Close()
	db.Crash("mail.after_data")
	l.sent++
	said := heard(AtEnd, err)
	switch {
	case err == nil || said.Code >= 200 && said.Code < 300:
		return o.ofTaken(AcceptedFor, reply{Stage: AtEnd, Code: 250}, nil), true
	case said.temporary():
		return o.ofTaken(PutOffFor, said, err), answered(err)
	case said.permanent():
		return o.ofTaken(RefusedFor, said, err), true
	}
	return o.ofTaken(UnknownWhether, said, fmt.Errorf("the answer to the mail did not come: %w", err)), false
}

// ofTaken gives those whom the server took the fate of the mail itself.
func (o outcome) ofTaken(to Reach, said reply, cause error) outcome {
	all := true
	for i, r := range o.Reached {
		if r.State == AcceptedFor {
			o.Reached[i] = reached{r.Pos, to, said.Code, said.Enhanced}
		} else {
			all = false
		}
	}
	if all || to != AcceptedFor { // else the refusal of a recipient is the news
		o.reply, o.cause = said, cause
	}
	o.Result = o.result()
	return o
}

// result is the message's: the worst that a person has to know comes first.
func (o outcome) result() Result {
	states := map[Reach]bool{}
	for _, r := range o.Reached {
		states[r.State] = true
	}
	switch {
	case states[UnknownWhether]:
		return IsUncertain
	case states[PutOffFor]:
		return WasPutOff
	case states[RefusedFor]:
		return WasRefused
	}
	return HandedOver
}
