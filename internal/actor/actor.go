// Package actor says who acts, in which roles, and what those roles may do. Nothing is allowed
// unless the table in permission.go allows it.
package actor

import (
	"context"
	"slices"
	"strings"

	"tasuke/internal/fault"
)

// Role is a job at the firm (operations.md section 2).
type Role string

// The roles.
const (
	Operator          Role = "operator"           // コールセンター受付担当
	Supervisor        Role = "supervisor"         // 受付責任者
	Responder         Role = "responder"          // CSIRT 初動対応
	FraudAnalyst      Role = "fraud_analyst"      // 不正調査
	TradeSurveillance Role = "trade_surveillance" // 売買管理
	Funds             Role = "funds"              // 資金・出金事務
	Legal             Role = "legal"              // 法務・コンプライアンス
	PR                Role = "pr"                 // 広報
	Remediation       Role = "remediation"        // 顧客対応・補償
	Executive         Role = "executive"          // 経営（承認者）
	Auditor           Role = "auditor"            // 内部監査
	SystemOperations  Role = "sysops"             // システム運用
	Administrator     Role = "admin"              // 管理者: does not read cases
)

// Roles lists every role in the order screens show them.
var Roles = []Role{
	Operator, Supervisor, Responder, FraudAnalyst, TradeSurveillance, Funds, Legal, PR,
	Remediation, Executive, Auditor, SystemOperations, Administrator,
}

// Kind tells people from programs.
type Kind string

// The kinds of actor.
const (
	Person  Kind = "person"
	Token   Kind = "token"
	Machine Kind = "system"
)

// Actor is who does something.
type Actor struct {
	ID    string
	Name  string
	Kind  Kind
	Roles []Role
	// Scopes limits a token to named permissions; it has no roles.
	Scopes []Permission
}

// System is the product itself acting: a timer, an import, a migration.
func System(name string) Actor { return Actor{ID: "system:" + name, Name: name, Kind: Machine} }

// Has reports whether the actor has the role.
func (a Actor) Has(r Role) bool { return slices.Contains(a.Roles, r) }

// May reports whether the actor is allowed to. The product itself may do what it was built to.
func (a Actor) May(p Permission) bool {
	switch a.Kind {
	case Machine:
		return true
	case Token:
		return slices.Contains(a.Scopes, p)
	case Person:
		return slices.ContainsFunc(a.Roles, func(r Role) bool { return slices.Contains(allowed[p], r) })
	}
	return false
}

// Need is nil when the actor is allowed to, else fault.Forbidden.
func (a Actor) Need(p Permission) error {
	if a.May(p) {
		return nil
	}
	return fault.New(fault.Forbidden, "actor.denied", map[string]any{"Permission": string(p)})
}

// FourEyes refuses a checker who is also the maker (4-eyes, operations.md 2.2).
func FourEyes(makerID string, checker Actor) error {
	if checker.ID == "" || checker.ID == makerID {
		return fault.New(fault.Refused, "actor.four_eyes", nil)
	}
	return nil
}

// List names roles, as faults and the documents of the state tables do.
func List(roles []Role) string {
	words := make([]string, len(roles))
	for i, r := range roles {
		words[i] = string(r)
	}
	return strings.Join(words, ", ")
}

type key struct{}

// With puts the actor into the context of a request.
func With(ctx context.Context, a Actor) context.Context { return context.WithValue(ctx, key{}, a) }

// From gives the actor of the request; the zero Actor may do nothing.
func From(ctx context.Context) Actor {
	a, _ := ctx.Value(key{}).(Actor)
	return a
}
