package main

// prepared has a paper made for the first incident, as a playbook does.
func (h *house) prepared() {
	out, err := h.plays(h.kind("vendor.demand"), nil)
	must(h.t, err)
	h.firm.paper, _ = out["document"].(string)
}
