package dbtest

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"sync"
	"testing"

	"github.com/google/uuid"

	"tasuke/internal/db"
	"tasuke/migrations"
)

// PostgresDSN makes a database of the test's own, with this program's schema, and gives its address.
func PostgresDSN(t testing.TB) string {
	t.Helper()
	server := postgres(t)
	name, err := template(server)
	if err != nil {
		t.Fatal(err)
	}
	return copied(t, server, name)
}

// PostgresEmpty makes a database of the test's own with nothing in it, and gives its address.
func PostgresEmpty(t testing.TB) string {
	t.Helper()
	return copied(t, postgres(t), "template0")
}

// postgres is the server of the run.
func postgres(t testing.TB) string {
	t.Helper()
	server := os.Getenv(ServerEnv)
	if server == "" {
		if testing.Short() {
			t.Skip("no PostgreSQL: " + ServerEnv + " is empty and -short is set")
		}
		t.Fatal(ServerEnv + " is empty: run `make test`, or pass -short for SQLite only")
	}
	return server
}

// copied makes a database that is as another one and lives as long as the test.
func copied(t testing.TB, server, from string) string {
	t.Helper()
	name := "t" + uuid.New().String()[:13]
	if err := on(server, fmt.Sprintf(`CREATE DATABASE %q TEMPLATE %q`, name, from)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := on(server, fmt.Sprintf(`DROP DATABASE %q WITH (FORCE)`, name)); err != nil {
			t.Error(err)
		}
	})
	u, err := at(server, name)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("pool_max_conns", "6")
	u.RawQuery = q.Encode()
	return u.String()
}

// at is the address of a database of the server.
func at(server, name string) (*url.URL, error) {
	u, err := url.Parse(server)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", ServerEnv, err)
	}
	u.Path = "/" + name
	return u, nil
}

// on does something with the server that is done in no transaction.
func on(server, statement string) (err error) {
	d, err := db.Open(context.Background(), server)
	if err != nil {
		return fmt.Errorf("open %s: %w", ServerEnv, err)
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	if _, err := d.Pool.Exec(context.Background(), statement); err != nil {
		return fmt.Errorf("%s: %w", statement, err)
	}
	return nil
}

// templates says what the server of this run has.
var templates struct {
	sync.Mutex
	name string
}

// template names the database that others are copied from: with this program's schema and no rows.
// To copy one costs a fraction of migrating one. All test binaries of a run share it.
func template(server string) (string, error) {
	templates.Lock()
	defer templates.Unlock()
	if templates.name != "" {
		return templates.name, nil
	}
	schema, err := migrations.Render(db.Postgres)
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	if err := fs.WalkDir(schema, ".", func(path string, one fs.DirEntry, err error) error {
		if err != nil || one.IsDir() {
			return err
		}
		sql, err := fs.ReadFile(schema, path)
		fmt.Fprintf(sum, "%s %d\n%s", path, len(sql), sql)
		return err
	}); err != nil {
		return "", err
	}
	name := fmt.Sprintf("tasuke_%x", sum.Sum(nil)[:12])
	if err := made(server, name); err != nil {
		return "", fmt.Errorf("make the database that tests copy: %w", err)
	}
	templates.name = name
	return name, nil
}

// made makes the database that others are copied from, unless another test binary has. It has its
// name only when it is whole.
func made(server, name string) (err error) {
	ctx := context.Background()
	all, err := db.Open(ctx, server)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, all.Close()) }() // which gives the lock back
	c, err := all.Pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer c.Release()
	if _, err := c.Exec(ctx, `SELECT pg_advisory_lock(hashtext($1))`, name); err != nil {
		return err
	}
	var there bool
	if err := c.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)`, name).Scan(&there); err != nil || there {
		return err
	}
	half := name + "_half"
	for _, one := range []string{`DROP DATABASE IF EXISTS %q WITH (FORCE)`, `CREATE DATABASE %q TEMPLATE template0`} {
		if _, err := c.Exec(ctx, fmt.Sprintf(one, half)); err != nil {
			return err
		}
	}
	where, err := at(server, half)
	if err != nil {
		return err
	}
	d, err := db.Open(ctx, where.String())
	if err != nil {
		return err
	}
	if err := errors.Join(migrations.Up(ctx, d), d.Close()); err != nil {
		return err
	}
	_, err = c.Exec(ctx, fmt.Sprintf(`ALTER DATABASE %q RENAME TO %q`, half, name))
	return err
}
