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
		return r.customers, func() { _ = r.db.Close() }, nil
	})
	s = bind(customers)
	c.AddCommand(customers)
	return c
}
