package pages

import (
	"maps"
	"strconv"
	"strings"

	"tasuke/cases"
	"tasuke/internal/fault"
	"tasuke/web/view"
)

// stopForm asks for a containment: the whole account, or one function of it.
type stopForm struct {
	Target   string   `form:"target"`
	Channels []string `form:"channels"`
}

func (f stopForm) stop() (cases.Stop, error) {
	if len(f.Channels) == 0 {
		return cases.Stop{}, fault.Field("channels", "containment.channels.none")
	}
	s := cases.Stop{Scope: cases.Function, Target: cases.Target(f.Target), Channels: typed[cases.Channel](f.Channels)}
	if f.Target == string(cases.Account) {
		s.Scope, s.Target = cases.Account, ""
	}
	return s, nil
}

func (h *Case) stop(v *Visit) error {
	var f stopForm
	if err := v.Form(&f); err != nil {
		return err
	}
	s, err := f.stop()
	if err == nil {
		_, err = h.Cases.RequestStop(v.Request.Context(), v.Actor, v.Param("id"), s)
	}
	return h.after(v, err, "stop_requested", func(p *view.CasePage) { p.Stop = view.StopForm{What: f.Target, Channels: f.Channels} })
}

type verifyForm struct {
	Result string `form:"result"`
}

// verify writes down what a person saw on one channel.
func (h *Case) verify(v *Visit) error {
	var f verifyForm
	if err := v.Form(&f); err != nil {
		return err
	}
	var err error
	switch cases.ChannelState(f.Result) {
	case cases.ChannelVerified, cases.ChannelNotOK:
		seen := cases.ChannelState(f.Result) == cases.ChannelVerified
		_, err = h.Cases.VerifyChannel(v.Request.Context(), v.Actor, v.Param("id"), v.Param("stop"), cases.Channel(v.Param("channel")), seen, "")
	default:
		err = fault.Field("channels", "form.choice")
	}
	return h.after(v, err, "channel_seen", func(*view.CasePage) {})
}

type releaseForm struct {
	Event  string `form:"event"`
	Level  string `form:"level"`
	Reason string `form:"reason"`
}

// release asks for the end of a containment, agrees to it or refuses it.
func (h *Case) release(v *Visit) error {
	var f releaseForm
	if err := v.Form(&f); err != nil {
		return err
	}
	ctx, id := v.Request.Context(), v.Param("stop")
	var err error
	switch cases.StopEvent(f.Event) {
	case cases.ReleaseAsked:
		level, bad := strconv.Atoi(f.Level)
		if bad != nil || level < 0 || level > 3 {
			err = fault.Field("level-"+id, "form.choice")
			break
		}
		_, err = h.Cases.AskRelease(ctx, v.Actor, v.Param("id"), id, level, f.Reason)
	case cases.ReleaseAgreed:
		_, err = h.Cases.Release(ctx, v.Actor, v.Param("id"), id, f.Reason)
	case cases.ReleaseRefused:
		_, err = h.Cases.RefuseRelease(ctx, v.Actor, v.Param("id"), id, f.Reason)
	default:
		err = fault.New(fault.Invalid, "form.malformed", nil)
	}
	return h.after(v, renamed(err, "reason", "why-"+id), "release", func(p *view.CasePage) {
		p.Stop = view.StopForm{ID: id, Level: f.Level, Why: f.Reason}
	})
}

// renamed gives a fault its field as the page calls it, where a page has several of a name.
func renamed(err error, from, to string) error {
	f := asFault(err)
	if f == nil || f.Fields[from] == "" {
		return err
	}
	again := *f
	again.Fields = map[string]string{}
	for k, key := range f.Fields {
		if k == from {
			k = to
		}
		again.Fields[k] = key
	}
	return &again
}

// worded puts the codes in a fault's arguments into the reader's words; prefixes says which words
// each argument is of.
func worded(v *Visit, err error, prefixes map[string]string) error {
	f := asFault(err)
	if f == nil || len(f.Args) == 0 {
		return err
	}
	again := *f
	again.Args = maps.Clone(f.Args)
	for name, prefix := range prefixes {
		codes, ok := again.Args[name].(string)
		if !ok {
			continue
		}
		var said []string
		for _, code := range strings.Split(codes, ", ") {
			said = append(said, v.Shell.Or(prefix+code, code))
		}
		again.Args[name] = strings.Join(said, v.Shell.T("list.comma"))
	}
	return &again
}
