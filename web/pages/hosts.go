package pages

import (
	"context"
	"net/http"

	"tasuke/contacts/outbound"
	"tasuke/internal/actor"
	"tasuke/web/view"
)

// Hosts is where an administrator says which hosts playbooks may send requests to.
type Hosts struct {
	Hosts interface {
		List(ctx context.Context, by actor.Actor) ([]outbound.Host, error)
		Add(ctx context.Context, by actor.Actor, h outbound.Host) (outbound.Host, error)
		Remove(ctx context.Context, by actor.Actor, id string, rev int64, reason string) error
		Secrets() map[string]string
	}
}

// Register puts the screen on the desk.
func (h *Hosts) Register(d *Desk) {
	d.Get("/admin/hosts", actor.HostManage, h.list)
	d.Post("/admin/hosts", actor.HostManage, h.add)
	d.Post("/admin/hosts/:id/remove", actor.HostManage, h.remove)
}

type hostForm struct {
	Name      string `form:"name"`
	Plain     bool   `form:"plain"`
	Private   bool   `form:"private"`
	KeyHeader string `form:"key_header"`
	Secret    string `form:"secret"`
	Reason    string `form:"reason"`
}

func (f hostForm) host() outbound.Host {
	return outbound.Host{
		Name: f.Name, Plain: outbound.Flag(f.Plain), Private: outbound.Flag(f.Private), KeyHeader: f.KeyHeader, Secret: f.Secret, Reason: f.Reason,
	}
}

func (h *Hosts) list(v *Visit) error {
	return h.draw(v, http.StatusOK, view.HostList{})
}

// draw shows the list with what was typed.
func (h *Hosts) draw(v *Visit, status int, l view.HostList) (err error) {
	if l.Rows, err = h.Hosts.List(v.Request.Context(), v.Actor); err != nil {
		return err
	}
	for name := range h.Hosts.Secrets() {
		l.Secrets = append(l.Secrets, name)
	}
	v.Shell.Path = "/admin/hosts"
	return v.Draw(status, view.Hosts(v.Titled(v.Shell.T("hosts.title"), "accounts"), l.Sorted()))
}

func (h *Hosts) add(v *Visit) error {
	var f hostForm
	if err := v.Form(&f); err != nil {
		return err
	}
	if _, err := h.Hosts.Add(v.Request.Context(), v.Actor, f.host()); err != nil {
		status, err := v.Problem(err)
		if err != nil {
			return err
		}
		return h.draw(v, status, view.HostList{Typed: f.host()})
	}
	return v.Done("/admin/hosts", "host_added")
}

type hostRemoval struct {
	Reason string `form:"reason"`
	Rev    int64  `form:"rev"`
}

func (h *Hosts) remove(v *Visit) error {
	var f hostRemoval
	if err := v.Form(&f); err != nil {
		return err
	}
	if err := h.Hosts.Remove(v.Request.Context(), v.Actor, v.Param("id"), f.Rev, f.Reason); err != nil {
		status, err := v.Problem(err)
		if err != nil {
			return err
		}
		return h.draw(v, status, view.HostList{Removing: v.Param("id"), RemovalReason: f.Reason})
	}
	return v.Done("/admin/hosts", "host_removed")
}
