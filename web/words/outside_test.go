package words_test

import (
	"maps"

	"tasuke/cases/incident"
	"tasuke/contacts"
	"tasuke/contacts/bank"
	"tasuke/contacts/filing"
	"tasuke/contacts/mail"
	"tasuke/playbooks"
	"tasuke/workflow"
	"tasuke/workflow/reminder"
)

// outside are the keys of what leaves the house and of the steps of a playbook that have it leave.
func outside() map[string][]string {
	out := map[string][]string{
		"step.do.": {"incident.facts.freeze", "filing.appi.derive", "filing.appi.draft", "bank.letters.send"},
		"step.of.": {"incident.facts", "bank.letters"}, "step.event.": {"bank.checked", "bank.sent", "bank.answered", "filing.submitted"},
		"output.": {"version", "created", "filing", "sent"}, "field.type.": texts(playbooks.FieldTypes),
		"task.held.": texts([]workflow.Outcome{workflow.Failed, workflow.TimedOut, workflow.Unknown}),
		"approval.":  {"approved", "rejected"}, "resolve.": {},
		"factsheet.item.": texts(incident.FactItems), "factsheet.known.": texts(incident.Knowns), "factsheet.entrusted.": {"unknown"},
		"directory.kind.": texts(contacts.Kinds),
		"bank.track.":     texts(bank.Tracks), "bank.state.": texts(bank.States), "bank.method.": append(texts(bank.Methods), string(bank.ByMail)),
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
	maps.Copy(out, sweeps())
	return out
}
