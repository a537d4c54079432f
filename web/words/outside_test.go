package words_test

import (
	"maps"
	"strings"

	"tasuke/cases/customer/leak"
	"tasuke/cases/incident"
	"tasuke/contacts"
	"tasuke/contacts/bank"
	"tasuke/contacts/disclosure"
	"tasuke/contacts/filing"
	"tasuke/contacts/isac"
	"tasuke/contacts/isac/stix"
	"tasuke/contacts/mail"
	"tasuke/contacts/oncall"
	"tasuke/contacts/police"
	"tasuke/playbooks"
	"tasuke/workflow"
	"tasuke/workflow/draft"
	"tasuke/workflow/reminder"
)

// outside are the keys of what leaves the house and of the steps of a playbook that have it leave.
func outside() map[string][]string {
	out := map[string][]string{
		"step.do.": {"bank.letters.send", "bank.requests.draft", "case.contain", "case.calllist", "case.timeline", "filing.appi.derive", "filing.appi.draft", "filing.fsa.draft", "filing.monthly", "incident.clocks", "incident.facts.draft", "incident.facts.freeze", "incident.counts.snapshot", "incident.severity.propose", "incident.preserve", "data.inventory", "logs.payouts", "logs.orders", "logs.positions", "logs.symbols", "logs.unsettled", "logs.stuffing", "logs.viewed", "police.draft", "isac.draft", "victim.draft", "disclosure.draft", "vendor.demand", "remedy.assess", "sweep.round", "sweep.cases", "sweep.expire", "phishing.collect"},
		"step.of.": {"incident.facts", "bank.letters", "isac.share", "police.summary", "disclosure.notice", "victim.notice", "filing.report", "remedy.offer"}, "step.event.": {"bank.checked", "bank.sent", "bank.answered", "filing.submitted", "disclosure.published",
			"sweep.hits_ready", "sweep.concluded", "share.sent", "police.consulted", "police.accepted", "notice.sent", "remedy.offered", "remedy.agreed"},
		"task.held.": texts([]workflow.Outcome{workflow.Failed, workflow.TimedOut, workflow.Unknown, workflow.WasCanceled}),
		"output.":    {"version", "created", "filing", "sent", "duties", "next_due", "clocks", "cases", "loss", "snapshot", "claimed", "confirmed", "excluded", "severity", "victims", "reason", "segments", "customers", "first_day", "last_day", "items", "persons", "my_number", "requested", "uncalled", "events", "sent_yen", "orders", "executions", "symbols", "amount", "accounts", "most", "symbol", "buys", "addresses", "tried", "correct", "logged_in", "acted", "people", "records", "sweep", "round", "indicators", "made", "linked", "benign", "urls", "new", "drafted", "banks", "report", "share", "mailing", "disclosure", "document", "accesses", "trades", "sold", "bought", "assessments", "calculated", "total"}, "paper.kind.": texts(incident.PaperKinds), "field.type.": texts(playbooks.FieldTypes),
		"approval.": {"approved", "rejected"}, "resolve.": {},
		"workflow.obstacle.": workflow.Obstacles, "workflow.seen.": {workflow.WhyNotUndone},
		"factsheet.item.": texts(incident.FactItems), "factsheet.known.": texts(incident.Knowns), "factsheet.entrusted.": {"unknown"},
		"directory.kind.": texts(contacts.Kinds), "on_call.": {"duty", "role_quiet", "own_quiet"}, "on_call.none_": {"duty", "role_quiet", "own_quiet"},
		"on_call.day.": strings.Split(oncall.EveryDay, ""), "reminder.way.": texts(reminder.Ways), "reminder.why.": texts(oncall.Reasons),
		"bank.track.": texts(bank.Tracks), "bank.state.": texts(bank.States), "bank.method.": append(texts(bank.Methods), string(bank.ByMail)),
		"bank.route.": texts(bank.Routes), "bank.answer.": texts(bank.Answers), "bank.relation.": texts(bank.Relations), "bank.ask.": texts(bank.Asks),
		"bank.police.": texts(bank.PoliceStates), "bank.direction.": bank.Directions, "bank.result.": bank.Results,
		"bank.due.": texts([]bank.What{bank.PhoneDue, bank.LetterDue, bank.AnswerDue}), "bank.kind.": {"1", "2", "4", "9"}, "bank.event.": {},
		"filing.state.": texts(filing.States), "filing.regime.": texts(filing.Regimes), "filing.channel.": texts(filing.Channels),
		"filing.basis.": texts(filing.Bases), "filing.event.": {}, "filing.did.": {}, "filing.told.": {},
		"filing.field.":    {"addressee", "reporter", "bases", "rule7"},
		"filing.reporter.": {"name", "registration", "address", "representative", "section", "person", "phone", "mail"},
		"mail.state.":      texts(mail.States), "mail.meaning.": texts(mail.States), "mail.result.": texts(mail.Results), "mail.stage.": texts(mail.Stages),
		"mail.reach.": texts(mail.Reaches), "mail.purpose.": mail.Purposes, "mail.do.": {}, "mail.event.": {}, "mail.": {"put", "sent", "dead", "unknown"},
		"reminder.say.": {}, "reminder.will.": {},
		"counts.unit.": texts(incident.CountUnits), "counts.stage.": texts(incident.CountStages), "counts.source.": {"cases", "remedy"},
		"disclosure.state.": texts(disclosure.States), "disclosure.kind.": texts(disclosure.Kinds), "disclosure.step.": texts(disclosure.Steps),
		"disclosure.sign.": texts(disclosure.Steps), "disclosure.sign_lead.": texts(disclosure.Steps), "disclosure.in.": {"ja", "en"},
		"disclosure.field.": {"title", "changes", "outline", "cause", "compensation", "prevention", "reason", "desk_name", "desk_hours", "desk_phone", "measures",
			"figures", "snapshot", "next", "withdraw", "firm", "corrects"},
		"disclosure.event.": {}, "disclosure.did.": {string(disclosure.Begun), string(disclosure.LeakFound)},
		"disclosure.told.": {string(disclosure.Begun), string(disclosure.LeakFound)}, "leak.kind.": texts(leak.Kinds),
		"share.state.": texts(isac.States), "share.channel.": texts(isac.Channels), "share.method.": texts([]isac.Method{isac.ByMail, isac.ByPortal}),
		"share.kind.": texts(stix.Kinds), "share.language.": isac.Languages, "share.label.": {"own", "unknown"}, "share.event.": {}, "share.told.": {string(isac.Begun)},
		"share.did.": {string(isac.Begun), string(isac.Leaked)}, "share.field.": {"title", "attack_origin", "method", "purpose", "countermeasure", "value", "note"},
		"share.hint.":   {"attack_origin", "method", "purpose", "countermeasure"},
		"police.state.": texts(police.States), "police.kind.": texts(police.Kinds), "police.filed_by.": texts(police.Filers), "police.offence.": texts(police.Offences),
		"police.event.": {}, "police.did.": {string(police.Begun), string(police.Leaked)}, "police.told.": {string(police.Begun)},
		"police.": {"timeline", "agency", "section", "officer", "phone", "recognition", "method", "measures", "wish", "evidence", "incident_title", "person", "sold", "bought", "withdrawn", "net"},
	}
	out["draft.state."], out["draft.event."] = texts(draft.States), []string{string(draft.Begun)}
	for _, m := range draft.Moves {
		out["draft.event."] = append(out["draft.event."], string(m.Event))
	}
	out["draft.question_"], out["draft.text_"] = []string{"ja", "en"}, []string{"ja", "en"}
	for _, prefix := range []string{"run.act.", "run.act_lead.", "run.act_go."} {
		out[prefix] = []string{"pause", "resume", "cancel", "undo"}
	}
	out["run.phase."] = texts([]workflow.Phase{workflow.Undoing, workflow.Excepting})
	out["draft.wait."], out["draft.unit."] = []string{"event", "for", "until"}, []string{"s", "m", "h", "d", "bd"}
	out["draft.input."], out["draft.kind_says."] = []string{"scope", "audience"}, []string{"task", "decision", "action", "approval", "wait", "switch", "parallel", "join", "playbook"}
	for _, m := range disclosure.Moves {
		if len(m.Roles) > 0 {
			out["disclosure.event."] = append(out["disclosure.event."], string(m.Event))
		}
		out["disclosure.did."] = append(out["disclosure.did."], string(m.Event))
		out["disclosure.told."] = append(out["disclosure.told."], string(m.Event))
	}
	for _, how := range workflow.Hows {
		out["resolve."] = append(out["resolve."], string(how), string(how)+"_hint")
	}
	for _, e := range incident.Entrustments[1:] {
		out["factsheet.entrusted."] = append(out["factsheet.entrusted."], string(e))
	}
	for _, m := range bank.Moves {
		out["bank.event."] = append(out["bank.event."], string(m.Event))
	}
	for _, m := range filing.Moves {
		out["filing.event."] = append(out["filing.event."], string(m.Event))
		out["filing.did."] = append(out["filing.did."], string(m.Event))
		out["filing.told."] = append(out["filing.told."], string(m.Event))
	}
	for _, m := range isac.Moves {
		for _, prefix := range []string{"share.event.", "share.did.", "share.told."} {
			out[prefix] = append(out[prefix], string(m.Event))
		}
	}
	for _, m := range police.Moves {
		for _, prefix := range []string{"police.event.", "police.did.", "police.told."} {
			out[prefix] = append(out[prefix], string(m.Event))
		}
	}
	for _, e := range []mail.Event{mail.TriedAgain, mail.GivenUp, mail.Arrived, mail.NotArrived, mail.ArrivedPartly} {
		out["mail.event."], out["mail."] = append(out["mail.event."], string(e)), append(out["mail."], string(e))
		if e != mail.ArrivedPartly { // what "arrived" becomes
			out["mail.do."] = append(out["mail.do."], string(e))
		}
	}
	for _, l := range reminder.Standard() {
		var names []string
		for _, r := range l.Rungs {
			names = append(names, r.Name)
		}
		if l.Then != nil {
			names = append(names, l.Then.Name)
		}
		for _, name := range names {
			out["reminder.say."] = append(out["reminder.say."], l.Name+"."+name)
			out["reminder.will."] = append(out["reminder.will."], l.Name+"."+name)
		}
	}
	maps.Copy(out, toVictims())
	maps.Copy(out, sweeps())
	return out
}
