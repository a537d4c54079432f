package view

import (
	"fmt"
	"net/url"

	"tasuke/internal/actor"
	"tasuke/internal/signin"
)

// AccountList is the list of accounts, with what was typed in the form for a new one.
type AccountList struct {
	Rows        []signin.Account
	Total, Page int
	Filter      signin.Filter
	Login, Name string
	Roles       signin.Roles
}

// next is the address of the following page, "" on the last.
func (l AccountList) next() string {
	if l.Page*50 >= l.Total {
		return ""
	}
	q := url.Values{"q": {l.Filter.Text}, "role": {string(l.Filter.Role)}, "state": {string(l.Filter.State)}, "page": {fmt.Sprint(l.Page + 1)}}
	return "/admin/accounts?" + q.Encode()
}

// TokenList is the list of API tokens; Plain is the text of one that was just made.
type TokenList struct {
	Rows       []signin.APIToken
	Plain      string
	Name, Days string
	Scopes     []string
}

// tokenScopes are the rights a token can carry.
var tokenScopes = []actor.Permission{actor.AlertWrite}
