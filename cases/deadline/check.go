package deadline

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	"tasuke/cases/deadline/calendar"
)

// schema of the rule files this package reads.
const schema = 1

var (
	dutyID   = regexp.MustCompile(`^[A-Z0-9]+(-[A-Z0-9]+)+$`)
	marks    = []Mark{"P", "Q", "S", "M", "U"}
	methods  = []Method{CivilCode143, Regulation1182}
	readings = []FirstDay{Included, Excluded}
)

// longest period, in its unit, that is taken for a rule and not for a slip of the pen.
const longest = 3660

// complete resolves zones and calendars and reports every fault of the pack at once.
func (p *Pack) complete(calendars func(string) (calendar.Calendar, error)) error {
	faults := p.faults()
	for i := range p.Rules {
		r := &p.Rules[i]
		for _, err := range append(r.resolve(calendars), r.faults(p)...) {
			faults = append(faults, fmt.Errorf("rule %s version %d: %w", cmp.Or(r.ID, "without an id"), r.Version, err))
		}
	}
	return errors.Join(append(faults, p.overlaps()...)...)
}

// list collects faults.
type list []error

func (l *list) need(ok bool, format string, args ...any) {
	if !ok {
		*l = append(*l, fmt.Errorf(format, args...))
	}
}

func (p *Pack) faults() list {
	var l list
	l.need(p.Schema == schema, "schema %d is not the schema %d of this program", p.Schema, schema)
	l.need(p.Name != "", "has no name")
	l.need(len(p.Rules) > 0, "has no rules")
	for _, e := range p.Events {
		l.need(e.Type != "" && e.JA != "" && e.EN != "", "event %q needs its words in both languages", e.Type)
	}
	for i, param := range p.Parameters {
		l.need(param.Name != "" && param.JA != "" && param.EN != "", "parameter %q needs its words in both languages", param.Name)
		l.need(param.Name != PlanOn, "parameter %s is built in", PlanOn)
		l.need(param.Kind == Count && len(param.Values) == 0 || (param.Kind == Items || param.Kind == Word) && len(param.Values) > 0,
			"parameter %q: kind %q with %d values", param.Name, param.Kind, len(param.Values))
		l.need(!slices.ContainsFunc(p.Parameters[:i], func(o Parameter) bool { return o.Name == param.Name }), "parameter %q is there twice", param.Name)
	}
	return l
}

func (r *Rule) resolve(calendars func(string) (calendar.Calendar, error)) list {
	var l list
	zone, err := time.LoadLocation(r.Clock.TZ)
	l.need(err == nil && r.Clock.TZ != "" && r.Clock.TZ != "Local", "clock.tz %q is not a time zone", r.Clock.TZ)
	r.Clock.zone = zone
	if r.Calendar != "" {
		found, err := calendars(r.Calendar)
		l.need(err == nil, "%w", err)
		r.calendar = found
	}
	return l
}

func (r Rule) faults(p *Pack) list {
	var l list
	l.need(dutyID.MatchString(r.ID), "id %q is not of the form JP-APPI-KAKUHO", r.ID)
	l.need(r.Version > 0, "version must be 1 or more")
	for name, w := range map[string]Wording{"title": r.Title, "addressee": r.Addressee, "trigger": r.Trigger, "period.wording": r.Period.Wording} {
		l.need(w.JA != "" && w.EN != "", "%s is missing in Japanese or English", name)
	}
	l.need(len(r.Clock.Events) > 0, "clock.events is missing")
	for _, e := range r.Clock.Events {
		l.need(slices.ContainsFunc(p.Events, func(w EventWord) bool { return w.Type == e }), "clock event %q is not declared", e)
	}
	l.need(dateForces[r.Force] != "", "unknown force %q", r.Force)
	l.need(!r.EffectiveFrom.IsZero(), "effective_from is missing")
	l.need(r.EffectiveTo.IsZero() || !r.EffectiveTo.Before(r.EffectiveFrom), "effective_to is before effective_from")
	l.need(r.Effect == nil || r.Effect.JA != "" && r.Effect.EN != "", "effect is missing in Japanese or English")
	for _, c := range r.conditions() {
		l = append(l, c.faults(p)...)
	}
	l = append(l, r.Period.faults()...)
	l = append(l, r.rollFaults()...)
	return append(l, r.trustFaults()...)
}

func (r Rule) conditions() []Condition {
	all := slices.Clone(r.AppliesIf.Any)
	for _, n := range r.Period.NIf {
		all = append(all, n.When)
	}
	return all
}

func (c Condition) faults(p *Pack) list {
	var l list
	declared, ok := p.Parameter(c.Param)
	l.need(ok, "condition on undeclared parameter %q", c.Param)
	if c.UnlessKnown != "" {
		_, ok = p.Parameter(c.UnlessKnown)
		l.need(ok, "condition on undeclared parameter %q", c.UnlessKnown)
	}
	if c.GreaterThan != nil {
		l.need(declared.Kind == Count && len(c.ContainsAny) == 0, "condition on %q: greater_than asks for a count, and nothing else", c.Param)
		return l
	}
	l.need(len(c.ContainsAny) > 0, "condition on %q asks nothing", c.Param)
	for _, item := range c.ContainsAny {
		l.need(slices.Contains(declared.Values, item), "condition on %q: %q is not one of its values", c.Param, item)
	}
	return l
}

func (p Period) faults() list {
	var l list
	counted := false
	switch p.Unit {
	case CalendarDays, BusinessDays, Months, Hours, Minutes:
		counted = true
	case Soft, NoPeriod:
	default:
		l.need(false, "unknown period.unit %q", p.Unit)
		return l
	}
	l.need(counted == (p.N > 0) && p.N <= longest, "period.n %d does not go with the unit %s", p.N, p.Unit)
	for _, n := range p.NIf {
		l.need(counted && n.N > 0 && n.N <= longest, "period.n_if %d does not go with the unit %s", n.N, p.Unit)
	}
	window := len(p.Window) == 2 && p.Window[0] >= 1 && p.Window[0] <= p.Window[1] && p.Window[1] <= longest
	l.need(p.Window == nil || p.Unit == Soft && window, "period.window %v: two rising numbers of days beside a soft period", p.Window)
	days := p.Unit == CalendarDays || p.Unit == BusinessDays || p.Unit == Months || p.Window != nil
	l.need(days == slices.Contains(readings, p.FirstDay), "period.first_day %q does not go with the unit %s", p.FirstDay, p.Unit)
	l.need(p.Alternative == "" || p.FirstDay == Included && p.Alternative == Excluded,
		"period.first_day_alternative %q: the date to work to counts the first day, the alternative does not", p.Alternative)
	l.need(p.Unit == Months == slices.Contains(methods, p.Method), "period.method %q does not go with the unit %s", p.Method, p.Unit)
	return l
}

// rollFaults holds R3: only a statutory period in days or months toward a national administrative organ moves.
func (r Rule) rollFaults() list {
	var l list
	l.need(r.Roll == NoRoll || r.Roll == NextOpen, "unknown roll %q", r.Roll)
	days := r.Period.Unit == CalendarDays || r.Period.Unit == BusinessDays || r.Period.Unit == Months
	l.need(!r.rolls() || r.Force == STAT && days && r.NationalOrgan,
		"roll next_open is lawful only for a statutory period in days or months toward a national organ")
	needs := r.rolls() || r.Period.Unit == BusinessDays || r.Period.Window != nil
	l.need(!needs || r.Calendar != "", "calendar is missing")
	l.need(r.Force != STATGUID || r.Period.Window != nil, "force STAT+GUID asks for a window of days")
	return l
}

// trustFaults: nothing without a source; whatever is doubtful says so.
func (r Rule) trustFaults() list {
	var l list
	l.need(len(r.Sources) > 0, "sources are missing")
	for _, s := range r.Sources {
		l.need(s.JA != "" && s.EN != "", "a source is missing in Japanese or English")
	}
	l.need(slices.Contains(marks, r.Conf), "unknown confidence mark %q", r.Conf)
	for _, d := range r.ConfDetail {
		l.need(slices.Contains(marks, d.Mark) && d.Part != "" && d.JA != "" && d.EN != "", "conf_detail %q needs a mark and its words in both languages", d.Part)
	}
	doubtful := r.Conf.doubtful() || len(r.Doubts()) > 0
	l.need(r.Review == doubtful, "review_required is %v, but the confidence marks say %v", r.Review, doubtful)
	return l
}

// overlaps: one version at a time, and a later version begins later.
func (p *Pack) overlaps() list {
	var l list
	for _, id := range p.Duties() {
		versions, err := p.versions(id)
		l.need(err == nil, "%w", err)
		for i := 1; i < len(versions); i++ {
			before, after := versions[i-1], versions[i]
			l.need(after.Version > before.Version, "rule %s: version %d is there twice", id, after.Version)
			l.need(!before.EffectiveTo.IsZero() && before.EffectiveTo.Before(after.EffectiveFrom),
				"rule %s: version %d must end before version %d begins", id, before.Version, after.Version)
		}
	}
	return l
}
