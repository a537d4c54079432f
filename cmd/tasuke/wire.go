package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"tasuke/cases"
	"tasuke/cases/alert"
	"tasuke/cases/customer"
	"tasuke/cases/deadline"
	"tasuke/cases/deadline/calendar"
	"tasuke/cases/incident"
	"tasuke/cases/remedy"
	"tasuke/contacts"
	"tasuke/contacts/bank"
	"tasuke/contacts/disclosure"
	"tasuke/contacts/disclosure/victim"
	"tasuke/contacts/filing"
	"tasuke/contacts/inquiry"
	"tasuke/contacts/isac"
	"tasuke/contacts/mail"
	"tasuke/contacts/oncall"
	"tasuke/contacts/outbound"
	"tasuke/contacts/police"
	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/document"
	"tasuke/internal/effect"
	"tasuke/internal/fulltext"
	"tasuke/internal/savedfilter"
	"tasuke/internal/signin"
	"tasuke/internal/vault"
	"tasuke/migrations"
	"tasuke/playbooks"
	"tasuke/playbooks/standard"
	"tasuke/web"
	"tasuke/web/api"
	"tasuke/web/pages"
	"tasuke/web/view"
	"tasuke/web/words"
	"tasuke/workflow"
	"tasuke/workflow/draft"
	"tasuke/workflow/handover"
	"tasuke/workflow/reminder"
)

// options are what the demo and the tests set and no firm does.
type options struct {
	demo  view.DemoUsers
	clock func() time.Time
	// ready is called with the address when the first page can be fetched.
	ready func(net.Addr)
}

// rooms are the stores of the domain, over one database.
type rooms struct {
	db          *db.DB
	customers   *customer.Store
	incidents   *incident.Store
	cases       *cases.Store
	inquiries   *inquiry.Store
	runs        *workflow.Store
	drafts      *draft.Store
	handover    *handover.Store
	rules       playbooks.Rules
	library     map[string]*playbooks.Definition // the standard playbooks of this build, by slug
	alerts      *alert.Store
	effects     *effect.Store
	reminders   *reminder.Store
	onCall      *oncall.Store
	mail        *mail.Store
	desks       *contacts.Store
	banks       *bank.Store
	filings     *filing.Store
	filters     *savedfilter.Store
	hosts       *outbound.Store
	texts       *fulltext.Index
	victims     *victim.Store
	disclosures *disclosure.Store
	remedies    *remedy.Store
	shares      *isac.Store
	polices     *police.Store
	accounts    *signin.Service
	log         *audit.Log
	pack        *deadline.Pack
	firm        FirmConfig
	fonts       func() (document.Fonts, error)
	sweeping
}

// app is the running product.
type app struct {
	*rooms
	cfg      Config
	options  options
	handler  http.Handler
	jobs     []func(context.Context)
	stopping chan struct{}
}

// open opens the database, brings it up to date, puts the rooms together and publishes the playbooks of
// this build.
func open(ctx context.Context, cfg Config) (*rooms, error) {
	r, err := openRooms(ctx, cfg)
	if err != nil {
		return nil, err
	}
	if err := r.publish(ctx); err != nil {
		return nil, errors.Join(err, r.close())
	}
	return r, nil
}

// openRooms is open without publishing. What the engine is given may be changed before it is made: a
// trial of a playbook has actions fail.
func openRooms(ctx context.Context, cfg Config, change ...func(*workflow.Options)) (*rooms, error) {
	cfg = heldBack(cfg)
	if err := errors.Join(notMoved(cfg), prepare(cfg)); err != nil {
		return nil, err
	}
	ring, err := vault.LoadKeys(cfg.KeyFile)
	if err != nil {
		return nil, err
	}
	signer, err := audit.LoadKey(cfg.AuditKeyFile)
	if err != nil {
		return nil, err
	}
	d, err := db.Open(ctx, cfg.DB)
	if err != nil {
		return nil, err
	}
	r, err := assemble(ctx, d, ring, cfg, change...)
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	r.log = audit.NewLog(d, signer)
	r.log.Dir = cfg.CheckpointDir
	return r, nil
}

// prepare makes the folders and, for a new installation on SQLite, the keys. On PostgreSQL the
// nodes share their keys, so each must be given the files.
func prepare(cfg Config) error {
	for _, dir := range []string{cfg.Dir, filepath.Dir(cfg.KeyFile), filepath.Dir(cfg.AuditKeyFile), cfg.CheckpointDir} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return fmt.Errorf("make the folder %s: %w", dir, err)
		}
	}
	for file, create := range map[string]func(string) error{
		cfg.KeyFile:      vault.CreateKeyFile,
		cfg.AuditKeyFile: func(file string) error { _, err := audit.CreateKey(file); return err },
	} {
		switch _, err := os.Stat(file); {
		case err == nil:
		case !os.IsNotExist(err):
			return fmt.Errorf("look for the key file: %w", err)
		case hasData(cfg):
			return fmt.Errorf("the key file %s is missing; what is stored cannot be read without it: put the file back", file)
		default:
			if err := create(file); err != nil {
				return err
			}
		}
	}
	return nil
}

// hasData says that a key file that is missing must not be made anew: on SQLite when the
// database exists, on PostgreSQL always, because other nodes may have the keys.
func hasData(cfg Config) bool {
	if cfg.postgres() {
		return true
	}
	_, err := os.Stat(cfg.DB)
	return err == nil
}

// assemble wires the rooms by hand; nothing else knows all of them.
func assemble(ctx context.Context, d *db.DB, ring *vault.KeyRing, cfg Config, change ...func(*workflow.Options)) (*rooms, error) {
	queue, err := effect.NewRiver(d)
	if err != nil {
		return nil, err
	}
	if err := migrations.Up(ctx, d, queue.Migrate); err != nil {
		return nil, err
	}
	v, err := vault.New(ring)
	if err != nil {
		return nil, err
	}
	if err := d.View(ctx, v.Fits); err != nil {
		return nil, err
	}
	pack, err := deadline.Standard()
	if err != nil {
		return nil, err
	}
	r := &rooms{db: d, pack: pack, accounts: signin.New(d, signin.Options{}), effects: effect.NewStore(d, queue), desks: contacts.NewStore(d)}
	r.customers = customer.NewStore(d, v)
	r.hosts = outbound.NewStore(d, v, outbound.Options{Secrets: cfg.HTTPSecrets})
	r.filters, r.texts = savedfilter.NewStore(d, v), fulltext.New(v)
	r.incidents = incident.NewStore(d, v, pack, incident.Options{Work: r.openWork, Opened: r.startPlaybook,
		FactsChanged: func(ctx context.Context, tx *db.Tx, by actor.Actor, f incident.FactSheet) error {
			return r.filings.FactsChanged(ctx, tx, by, f)
		},
		ClocksMoved: func(ctx context.Context, tx *db.Tx, by actor.Actor, incidentID string) error {
			return r.filings.ClocksMoved(ctx, tx, by, incidentID)
		},
		GroundsChanged: func(ctx context.Context, tx *db.Tx, by actor.Actor, incidentID string) error {
			return r.filings.GroundsChanged(ctx, tx, by, incidentID)
		},
		Answered: func(ctx context.Context, tx *db.Tx, incidentID string) (map[string]incident.Answer, error) {
			return r.filings.Answered(ctx, tx, incidentID)
		},
		Figures: r.figures()})
	r.cases = cases.NewStore(d, v, customerRoom{r.customers}, storyRoom{r.incidents}, r.caseWork)
	if err := r.outside(v, cfg); err != nil {
		return nil, err
	}
	rules, err := playbookRules()
	if err != nil {
		return nil, err
	}
	engine := workflow.Options{
		Rules: rules, Sealer: workflow.Sealer{Seal: v.SealText, Open: v.OpenText},
		Facts: r.facts, OpenDay: openDay, Changed: r.changed, Still: r.still, Enter: r.enter,
		Kinds: r.kinds(), Approvables: r.approvables(), Effects: r.effects, Targets: r.targets(),
	}
	for _, f := range change {
		f(&engine)
	}
	r.runs = workflow.NewStore(d, engine)
	r.draftRoom(rules, workflow.Sealer{Seal: v.SealText, Open: v.OpenText})
	r.alerts = alert.NewStore(d, alertRoom{r.incidents})
	r.inquiries, err = inquiry.NewStore(d, v, inquiry.Below{IncidentStore: r.incidents, CaseStore: r.cases, CustomerStore: r.customers}.Rooms())
	if err != nil {
		return nil, err
	}
	if err := r.sweepRoom(ctx, v, cfg); err != nil {
		return nil, err
	}
	return r, nil
}

// playbookFor says which playbook an incident of a kind runs from its opening. Of an incident of
// another kind (その他) it is not known yet what it is: a person looks and chooses, often PB-08 for
// what turns out to be the customer's own use. PB-07 (内部者) is begun by hand by those who may know.
var playbookFor = map[incident.Kind]string{
	incident.AccountWithdrawal: "PB-01", incident.AccountTrade: "PB-02", incident.MassLogin: "PB-03",
	incident.Phishing: "PB-04", incident.OwnLeak: "PB-05", incident.VendorLeak: "PB-06",
}

// startPlaybook begins the run in the transaction that opens the incident.
func (r *rooms) startPlaybook(ctx context.Context, tx *db.Tx, by actor.Actor, i incident.Incident) error {
	slug, ok := playbookFor[i.Kind]
	if !ok {
		return nil
	}
	_, err := r.runs.Start(ctx, tx, by, slug, workflow.Subject{Kind: "incident", ID: i.ID}, i.DetectedAt)
	return err
}

// openWork is what the guards of an incident look at.
func (r *rooms) openWork(ctx context.Context, tx *db.Tx, id string) (w incident.Work, err error) {
	if w.OpenCases, err = r.cases.InWork(ctx, tx, id); err != nil {
		return w, err
	}
	if w.OpenFilings, err = r.filings.Open(ctx, tx, id); err != nil {
		return w, err
	}
	if w.OpenClocks, err = r.filings.Unfiled(ctx, tx, id); err != nil {
		return w, err
	}
	for _, room := range []struct {
		n    *int
		open func(context.Context, *db.Tx, string) (int, error)
	}{
		{&w.OpenRequests, r.banks.Open}, {&w.OpenSweeps, r.sweeps.Open}, {&w.OpenOutside, r.shares.Open}, {&w.OpenOutside, r.polices.Open},
		{&w.OpenNotices, r.victims.Open}, {&w.OpenNotices, r.disclosures.Open}, {&w.OpenRemedies, r.remedies.Open},
	} {
		n, err := room.open(ctx, tx, id)
		if err != nil {
			return w, err
		}
		*room.n += n
	}
	w.OpenTasks, err = r.runs.OpenTasks(ctx, tx, workflow.Subject{Kind: "incident", ID: id})
	return w, err
}

// changed raises what the guards of the subject read.
func (r *rooms) changed(ctx context.Context, tx *db.Tx, s workflow.Subject) error {
	if s.Kind != "incident" {
		return subjectFault(s.Kind)
	}
	return r.incidents.Touch(ctx, tx, s.ID)
}

// openDay reports business days for the target times of tasks.
func openDay(local time.Time) bool { return calendar.JPGov().Open(calendar.Written(local)) }

func playbookRules() (playbooks.Rules, error) {
	clauses, err := standard.Clauses()
	if err != nil {
		return playbooks.Rules{}, err
	}
	rules := playbooks.Rules{Clauses: clauses, Facts: schema, Actions: onIncident, Approvables: approvable, Events: awaited}
	for _, role := range actor.Roles {
		rules.Roles = append(rules.Roles, string(role))
	}
	return rules, nil
}

// publish makes the standard playbooks of this build the newest versions, once, what is called before
// what calls it. A playbook of which the firm published a text of its own stays the firm's: its page
// shows what the standard says now, and a person decides.
func (r *rooms) publish(ctx context.Context) error {
	files, err := standard.InOrder()
	if err != nil {
		return err
	}
	rules, err := playbookRules()
	if err != nil {
		return err
	}
	r.library = map[string]*playbooks.Definition{}
	var defs []*playbooks.Definition
	for _, f := range files {
		def, problems := playbooks.Load(f.Text, rules)
		if len(problems) > 0 {
			return fmt.Errorf("the playbook %s of this build is broken: %s", f.Name, strings.TrimSpace(fmt.Sprint(problems)))
		}
		defs = append(defs, def)
		r.library[def.Slug] = def
	}
	return r.offer(ctx, defs)
}

// offer publishes what may be published of the library.
func (r *rooms) offer(ctx context.Context, defs []*playbooks.Definition) error {
	held, err := r.runs.PublishAll(ctx, librarian, defs)
	if err != nil {
		return fmt.Errorf("publish the standard playbooks: %w", err)
	}
	if len(held) > 0 {
		slog.InfoContext(ctx, "newer standard playbooks wait for a person, as the firm has its own", "playbooks", held)
	}
	return nil
}

// librarian is who publishes the standard playbooks.
var librarian = actor.System("standard-playbooks")

// build makes the server over opened rooms.
func build(ctx context.Context, cfg Config, o options) (*app, error) {
	gin.SetMode(gin.ReleaseMode)
	r, err := open(ctx, cfg)
	if err != nil {
		return nil, err
	}
	if o.clock != nil {
		r.db.Clock = o.clock
	}
	a := &app{rooms: r, cfg: cfg, options: o, stopping: make(chan struct{})}
	if len(o.demo.Users) > 0 {
		r.sweeps.Allow(exampleRanges...)
	}
	if a.handler, err = a.web(); err != nil {
		return nil, errors.Join(err, r.close())
	}
	if _, err := r.disclosures.Rebuild(ctx); err != nil {
		return nil, errors.Join(err, r.close())
	}
	if _, err := r.mail.Resume(ctx); err != nil {
		return nil, errors.Join(err, r.close())
	}
	a.jobs = []func(context.Context){r.log.Run, r.db.Listen, a.sweep, r.effects.Run, r.runs.Run, r.reminders.Run, a.findOld}
	return a, nil
}

func (a *app) web() (http.Handler, error) {
	book, err := words.Load()
	if err != nil {
		return nil, err
	}
	sessions := signin.NewSessions(a.db, signin.SessionOptions{Insecure: strings.HasPrefix(a.cfg.URL, "http://")})
	desk := &pages.Desk{
		Words: book, Assets: web.AssetPath(), Demo: len(a.options.demo.Users) > 0, Clock: func() time.Time { return a.db.Now().Time() },
		Sessions: sessions, Who: pages.FromSession(sessions, a.accounts), Mark: a.db.Mark,
	}
	metrics := prometheus.NewRegistry()
	metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return web.New(web.Parts{
		Desk: desk, Metrics: metrics, Ready: a.db.Ping, Proxies: a.cfg.TrustedProxies,
		Screens: a.screens(sessions),
		API: func(e *gin.Engine) {
			api.Register(e, api.Deps{Alerts: a.alerts, Incidents: a.incidents, Cases: a.cases, Inquiries: a.inquiries, Tasks: a.runs, Filings: a.filings, Sweeps: a.sweeps,
				Who: a.accounts.AuthenticateToken, Able: a.accounts.Able, Words: book})
		},
	})
}

// idleChecks is how often drafts nobody touched, call-backs that are due and spent sessions are looked for.
const idleChecks = time.Minute

// sweep does the small work of time. Nothing of law hangs on it: due moments are rows.
func (a *app) sweep(ctx context.Context) {
	tick := time.NewTicker(idleChecks)
	defer tick.Stop()
	for {
		a.once(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// greet says where the product is, and on a new installation how to begin.
func (a *app) greet(ctx context.Context, out io.Writer, at net.Addr) error {
	link, needed, err := a.accounts.FirstAdministrator(ctx)
	if err != nil {
		return err
	}
	address := a.cfg.URL
	if strings.HasSuffix(a.cfg.Addr, ":0") {
		address = "http://" + at.String()
	}
	if needed {
		fmt.Fprintf(out, "The first administrator chooses a password here, once:\n  %s/setup/%s\n", address, link)
	}
	fmt.Fprintf(out, "tasuke is ready: %s\n", address)
	if a.options.ready != nil {
		a.options.ready(at)
	}
	return nil
}

func (a *app) close() error {
	a.mail.Close()
	return a.rooms.close()
}
