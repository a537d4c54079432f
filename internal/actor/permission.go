package actor

// Permission is one thing that somebody may be allowed to do.
type Permission string

// The permissions. One is asked for at the start of every use case.
const (
	InquiryWrite    Permission = "inquiry.write"    // take a call, draft, save, promise
	InquiryRead     Permission = "inquiry.read"     // see inquiries
	CustomerFind    Permission = "customer.find"    // masked candidates by fragment
	CustomerReveal  Permission = "customer.reveal"  // see personal data, with a purpose, on record
	CustomerImport  Permission = "customer.import"  // load the customer register
	CaseRead        Permission = "case.read"        // see cases, masked
	CaseWrite       Permission = "case.write"       // note on, assign and move cases
	IncidentRead    Permission = "incident.read"    // see incidents and their clocks
	IncidentWrite   Permission = "incident.write"   // declare, move, edit facts
	AwarenessRecord Permission = "awareness.record" // record a typed clock event
	AwarenessCheck  Permission = "awareness.check"  // confirm somebody else's clock event
	Reclassify      Permission = "clock.reclassify" // change the APPI Rule 7 items
	TaskRead        Permission = "task.read"        // see the task list
	TaskWork        Permission = "task.work"        // do tasks of one's own roles
	AuditRead       Permission = "audit.read"       // read the audit trail
	AccountManage   Permission = "account.manage"   // accounts, roles, tokens
	HostManage      Permission = "host.manage"      // hosts that playbooks may send requests to
	SystemRead      Permission = "system.read"      // health and metrics on screen
	AlertWrite      Permission = "alert.write"      // open or join an incident through the API
	FactsRead       Permission = "facts.read"       // see the fact sheet of an incident
	FactsWrite      Permission = "facts.write"      // write a version of the fact sheet
	BankRead        Permission = "bank.read"        // see destination accounts and bank requests, masked
	BankWrite       Permission = "bank.write"       // draft requests, log calls and answers
	BankCheck       Permission = "bank.check"       // check somebody else's request by retyping the account
	BankSend        Permission = "bank.send"        // send a checked request to the bank
	BankLetter      Permission = "bank.letter"      // open a letter to a bank, with the account in full, on record
	DirectoryRead   Permission = "directory.read"   // see the desks of banks and authorities
	DirectoryWrite  Permission = "directory.write"  // keep the directory of desks
	FilingRead      Permission = "filing.read"      // see filings
	FilingWrite     Permission = "filing.write"     // draft and submit filings
	FilingReview    Permission = "filing.review"    // legal review of a filing
	FilingApprove   Permission = "filing.approve"   // approve somebody else's filing
	MailRead        Permission = "mail.read"        // see what was sent and where it stands
	MailManage      Permission = "mail.manage"      // retry, give up, confirm by hand
	ReminderRead    Permission = "reminder.read"    // see the reminders of one's own roles
	PlaybookDraft   Permission = "playbook.draft"   // see playbooks in the making
	PlaybookEdit    Permission = "playbook.edit"    // write a playbook in a draft
	PlaybookPublish Permission = "playbook.publish" // publish a playbook that somebody else wrote

	EventsImport      Permission = "events.import"      // load event logs for the sweep, and withdraw a source
	SweepRead         Permission = "sweep.read"         // see sweeps, their hits and the coverage
	SweepWrite        Permission = "sweep.write"        // keep indicators, plan and run a sweep
	SweepReview       Permission = "sweep.review"       // give a verdict on a hit, make cases of confirmed ones
	SweepConclude     Permission = "sweep.conclude"     // sign the coverage statement and conclude
	PoliceRead        Permission = "police.read"        // see consultations of the police
	PoliceWrite       Permission = "police.write"       // draft and hold a consultation, keep its receipt number
	ShareRead         Permission = "share.read"         // see what is shared with the ISAC and peers
	ShareWrite        Permission = "share.write"        // draft a share
	ShareApprove      Permission = "share.approve"      // approve somebody else's share
	CountsRead        Permission = "counts.read"        // see the number ledger
	CountsWrite       Permission = "counts.write"       // take a snapshot of the counts
	NoticeRead        Permission = "notice.read"        // see notices to victims, masked
	NoticeWrite       Permission = "notice.write"       // draft and send notices to victims
	NoticeApprove     Permission = "notice.approve"     // approve somebody else's notice
	DisclosureRead    Permission = "disclosure.read"    // see public notices in the making
	DisclosureWrite   Permission = "disclosure.write"   // draft and publish
	DisclosureApprove Permission = "disclosure.approve" // sign facts, approve by law or as executive
	RemedyRead        Permission = "remedy.read"        // see losses and compensation
	RemedyWrite       Permission = "remedy.write"       // keep fraudulent transactions, calculate, offer
	RemedyCheck       Permission = "remedy.check"       // recalculate somebody else's assessment
	RemedyApprove     Permission = "remedy.approve"     // approve a compensation within one's limit
)

var (
	desk      = []Role{Operator, Supervisor}
	field     = []Role{Responder, FraudAnalyst, TradeSurveillance, Funds}
	office    = []Role{Legal, PR, Remediation, Executive}
	caseRoles = join(desk, field, office)
	readers   = join(caseRoles, []Role{Auditor})
)

// allowed is the whole of who may do what.
var allowed = map[Permission][]Role{
	InquiryWrite:    join(desk, []Role{Responder}),
	InquiryRead:     join(desk, []Role{Responder, FraudAnalyst, Legal, Remediation, Auditor}),
	CustomerFind:    join(desk, []Role{Responder, FraudAnalyst, Funds, Remediation}),
	CustomerReveal:  join(desk, []Role{Responder, FraudAnalyst, Funds, Legal, Remediation, Auditor}),
	CustomerImport:  {SystemOperations},
	CaseRead:        readers,
	CaseWrite:       join(desk, field, []Role{Legal, Remediation}),
	IncidentRead:    readers,
	IncidentWrite:   {Supervisor, Responder, Legal},
	AwarenessRecord: caseRoles,
	AwarenessCheck:  {Supervisor, Responder, Legal},
	Reclassify:      {Legal},
	TaskRead:        join(readers, []Role{SystemOperations}),
	TaskWork:        join(caseRoles, []Role{SystemOperations}),
	AuditRead:       {Auditor},
	AccountManage:   {Administrator},
	HostManage:      {Administrator},
	SystemRead:      {SystemOperations, Administrator},
	AlertWrite:      {}, // tokens only
	FactsRead:       readers,
	FactsWrite:      {Supervisor, Responder, Legal},
	BankRead:        {Supervisor, Responder, FraudAnalyst, Funds, Legal, Remediation, Executive, Auditor},
	BankWrite:       {Funds},
	BankCheck:       {Funds, Legal},
	BankSend:        {Funds},
	BankLetter:      {Funds, Legal, Auditor},
	DirectoryRead:   join(readers, []Role{SystemOperations}),
	DirectoryWrite:  {Supervisor, Funds, Legal},
	FilingRead:      {Responder, Legal, Executive, Auditor},
	FilingWrite:     {Legal},
	FilingReview:    {Legal},
	FilingApprove:   {Legal, Executive},
	MailRead:        {Responder, Funds, Legal, PR, Remediation, SystemOperations, Auditor},
	MailManage:      {Funds, Legal, SystemOperations},
	ReminderRead:    join(readers, []Role{SystemOperations}),
	PlaybookDraft:   {Supervisor, Responder, FraudAnalyst, Legal, Executive, Auditor},
	PlaybookEdit:    {Supervisor, Responder, FraudAnalyst, Legal},
	PlaybookPublish: {Supervisor, Responder, Legal, Executive},

	EventsImport:      {SystemOperations},
	SweepRead:         {Supervisor, Responder, FraudAnalyst, TradeSurveillance, Legal, Executive, Auditor},
	SweepWrite:        {Responder, FraudAnalyst},
	SweepReview:       {Responder, FraudAnalyst},
	SweepConclude:     {Responder},
	PoliceRead:        {Supervisor, Responder, FraudAnalyst, Funds, Legal, Remediation, Executive, Auditor},
	PoliceWrite:       {Legal},
	ShareRead:         {Responder, FraudAnalyst, Legal, Executive, Auditor},
	ShareWrite:        {Responder, FraudAnalyst},
	ShareApprove:      {Responder, Legal},
	CountsRead:        readers,
	CountsWrite:       {Responder, FraudAnalyst, Legal, PR},
	NoticeRead:        {Supervisor, Responder, Legal, PR, Remediation, Executive, Auditor},
	NoticeWrite:       {PR, Remediation},
	NoticeApprove:     {Legal, Supervisor},
	DisclosureRead:    {Supervisor, Responder, FraudAnalyst, Legal, PR, Remediation, Executive, Auditor},
	DisclosureWrite:   {PR},
	DisclosureApprove: {Responder, Legal, Executive},
	RemedyRead:        {FraudAnalyst, Funds, Legal, Remediation, Executive, Auditor},
	RemedyWrite:       {FraudAnalyst, Remediation},
	RemedyCheck:       {Legal, Remediation},
	RemedyApprove:     {Legal, Executive},
}

// Permissions lists every permission, for the screen that explains them and for tests.
func Permissions() []Permission {
	out := make([]Permission, 0, len(allowed))
	for p := range allowed {
		out = append(out, p)
	}
	return out
}

// Holders lists the roles that have a permission.
func Holders(p Permission) []Role { return allowed[p] }

func join(lists ...[]Role) (out []Role) {
	for _, l := range lists {
		out = append(out, l...)
	}
	return out
}
