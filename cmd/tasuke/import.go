package main

import (
	"github.com/spf13/cobra"

	"tasuke/cases/customer"
)

// importCommand takes files of the firm over.
func importCommand() *cobra.Command {
	c := &cobra.Command{Use: "import", Short: "Take over files of the firm"}
	var s *settings
	customers := importCustomersCommand(func(c *cobra.Command) (*customer.Store, func(), error) {
		cfg, err := s.load()
		if err != nil {
			return nil, nil, err
		}
		r, err := open(c.Context(), cfg)
		if err != nil {
			return nil, nil, err
		}
		return r.customers, func() { _ = r.close() }, nil
	})
	s = bind(customers)
	var e *settings
	events := importEventsCommand(func(c *cobra.Command) (*eventDesk, error) {
		cfg, err := e.load()
		if err != nil {
			return nil, err
		}
		return openEvents(c.Context(), cfg)
	})
	e = bind(events)
	var w *settings
	withdraw := withdrawEventsCommand(func(c *cobra.Command) (*eventDesk, error) {
		cfg, err := w.load()
		if err != nil {
			return nil, err
		}
		return openEvents(c.Context(), cfg)
	})
	w = bind(withdraw)
	c.AddCommand(customers, events, withdraw)
	return c
}
