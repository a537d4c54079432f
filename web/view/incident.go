package view

import "tasuke/internal/actor"

// papers are the pages on which the incident stands in writing, as far as the reader may see them.
func (p IncidentPage) papers(s Shell) (out []section) {
	id := p.Incident.ID
	for _, x := range []section{
		{"papers.facts", "/incidents/" + id + "/facts", actor.FactsRead},
		{"papers.documents", "/incidents/" + id + "/papers", actor.FactsRead},
		{"papers.bank", "/incidents/" + id + "/bank", actor.BankRead},
		{"papers.filings", "/filings?incident=" + id, actor.FilingRead},
		{"papers.sweep", "/incidents/" + id + "/sweep", actor.SweepRead},
		{"papers.police", "/incidents/" + id + "/police", actor.PoliceRead},
		{"papers.shares", "/incidents/" + id + "/shares", actor.ShareRead},
		{"papers.notices", "/incidents/" + id + "/notices", actor.NoticeRead},
		{"papers.counts", "/incidents/" + id + "/counts", actor.CountsRead},
		{"papers.disclosures", "/incidents/" + id + "/disclosures", actor.DisclosureRead},
		{"papers.remedies", "/remedies?incident=" + id, actor.RemedyRead},
		{"papers.mail", "/outbox?incident=" + id, actor.MailRead},
	} {
		if s.Actor.May(x.need) {
			out = append(out, x)
		}
	}
	return out
}
