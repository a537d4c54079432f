// Package vaulttest gives tests a vault with fresh keys of its own.
package vaulttest

import (
	"testing"

	"tasuke/internal/vault"
)

// New makes a vault that nobody else has the keys of.
func New(t testing.TB) *vault.Vault {
	t.Helper()
	r, err := vault.NewKeyRing()
	if err != nil {
		t.Fatal(err)
	}
	return Of(t, r)
}

// Of makes another vault, with an empty cache, from the same keys: a second node.
func Of(t testing.TB, r *vault.KeyRing) *vault.Vault {
	t.Helper()
	v, err := vault.New(r)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
