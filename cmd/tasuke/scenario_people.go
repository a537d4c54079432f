package main

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"strings"

	"tasuke/cases/customer"
	"tasuke/contacts"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/signin"
)

// cast are the people of the firm of the scenarios: several of each role, so that a pair of eyes is
// always there. The last two of a role do what a table does not say: the work in the rooms.
type cast map[actor.Role][]actor.Actor

// perRole is how many people each role has.
const perRole = 4

// newCast makes their accounts. The first is the administrator's, by the one-time link.
func newCast(ctx context.Context, r *rooms) (cast, error) {
	link, _, err := r.accounts.FirstAdministrator(ctx)
	if err != nil {
		return nil, err
	}
	first, err := r.accounts.UseLink(ctx, link, demoPassword)
	if err != nil {
		return nil, fmt.Errorf("the administrator of the scenarios: %w", err)
	}
	people := cast{actor.Administrator: {first.Actor()}}
	for _, role := range actor.Roles {
		for n := len(people[role]) + 1; n <= perRole; n++ {
			name := string(role) + strconv.Itoa(n)
			a, _, err := r.accounts.Create(ctx, first.Actor(), signin.NewAccount{Login: name, Name: name, Roles: signin.Roles{role}})
			if err != nil {
				return nil, fmt.Errorf("the account %s of the scenarios: %w", name, err)
			}
			people[role] = append(people[role], a.Actor())
		}
	}
	return people, nil
}

// one is a person of a role as a table names it: "legal" is the first, "legal.2" the second.
func (c cast) one(as string) (actor.Actor, bool) {
	role, number, numbered := strings.Cut(as, ".")
	n := 1
	if numbered {
		var err error
		if n, err = strconv.Atoi(number); err != nil {
			return actor.Actor{}, false
		}
	}
	people := c[actor.Role(role)]
	if n < 1 || n > len(people) {
		return actor.Actor{}, false
	}
	return people[n-1], true
}

// maker is who of a role writes in the rooms, and reader who looks at it after that person.
func (c cast) maker(r actor.Role) actor.Actor  { return c[r][perRole-1] }
func (c cast) reader(r actor.Role) actor.Actor { return c[r][perRole-2] }

// scenarioCustomers is how many customers the firm of the scenarios has.
const scenarioCustomers = 400

// firmOfScenarios fills the register and the directory.
func firmOfScenarios(ctx context.Context, r *rooms, people cast) error {
	file, err := demoCSV()
	if err != nil {
		return err
	}
	lines := bytes.SplitAfterN(file, []byte("\n"), scenarioCustomers+2)
	if _, err := r.customers.Import(ctx, people.maker(actor.SystemOperations), bytes.NewReader(bytes.Join(lines[:scenarioCustomers+1], nil)), customer.DefaultMapping(), customer.Options{}); err != nil {
		return fmt.Errorf("the customers of the scenarios: %w", err)
	}
	for _, d := range demoDesks {
		saved, err := r.desks.Save(ctx, people.maker(actor.Funds), contacts.Desk{Details: d})
		if err == nil {
			_, err = r.desks.Verify(ctx, people.reader(actor.Funds), saved.ID, saved.Rev, db.At(r.db.Clock()))
		}
		if err != nil {
			return fmt.Errorf("the directory of the scenarios: %w", err)
		}
	}
	return nil
}
