package signin

import (
	"context"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// FirstLogin is the login name of the account that FirstAdministrator makes.
const FirstLogin = "admin"

// FirstAdministrator is called at every start. As long as no account has a password it gives a
// one-time link for the first administrator, made with the account on an empty database and
// anew at later starts; links before it are void, so of nodes that start together the last
// one's holds. needed is false, and link empty, once anybody has a password.
func (s *Service) FirstAdministrator(ctx context.Context) (link string, needed bool, err error) {
	link, err = update(ctx, s.d, firstAdministrator)
	if fault.Is(err, fault.Conflict) { // another node made the account between our look and our write
		link, err = update(ctx, s.d, firstAdministrator)
	}
	return link, link != "", err
}

func firstAdministrator(ctx context.Context, tx *db.Tx) (string, error) {
	var passwords int
	if err := tx.Get(ctx, &passwords, `SELECT count(*) FROM account WHERE password_hash <> ''`); err != nil || passwords > 0 {
		return "", err
	}
	by := actor.System("first administrator")
	made, err := byLogin(ctx, tx, FirstLogin)
	if err != nil {
		return "", err
	}
	if made.ID == "" {
		c, err := create(ctx, tx, by, NewAccount{Login: FirstLogin, Name: "管理者", Roles: Roles{actor.Administrator}})
		return c.link, err
	}
	a, err := lockSecret(ctx, tx, made.ID)
	if err != nil || a.HasPassword { // set by a person while we waited for the row
		return "", err
	}
	return issue(ctx, tx, by, a.Account)
}
