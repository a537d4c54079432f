package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"tasuke/cases/sweep/world"
)

// demoData is what "tasuke demo-data" is asked for.
type demoData struct {
	out             string
	seed            uint64
	customers, days int
	until           string
}

func demoDataCommand() *cobra.Command {
	var d demoData
	c := &cobra.Command{
		Use:   "demo-data --out DIR",
		Short: "架空の記録と正解を書き出す / write made-up event logs and the truth behind them",
		Long: "Writes the event logs of the fictional firm as its systems would, a mapping file for each, and what really happened\n" +
			"(truth-SEED.json), which the product never opens. With the numbers of the demo it is the world of the demo, with its\n" +
			"story; with others, two campaigns that the seed draws.",
		Args:         cobra.NoArgs,
		SilenceUsage: true,
		RunE:         func(c *cobra.Command, _ []string) error { return d.write(c.OutOrStdout()) },
	}
	c.Flags().StringVar(&d.out, "out", "", "folder for the files; it must be empty or not be there")
	c.Flags().Uint64Var(&d.seed, "seed", demoSeed, "number the world is drawn from")
	c.Flags().IntVar(&d.customers, "customers", demoCustomers, "customers of the firm")
	c.Flags().IntVar(&d.days, "days", demoDays, "days of logs")
	c.Flags().StringVar(&d.until, "until", "", "end of the logs, RFC 3339 (default: now)")
	return c
}

// options is the world that was asked for.
func (d demoData) options() (o world.Options, err error) {
	until := time.Now()
	if d.until != "" {
		if until, err = time.Parse(time.RFC3339, d.until); err != nil {
			return o, fmt.Errorf("--until: %w", err)
		}
	}
	if d.seed == demoSeed && d.customers == demoCustomers && d.days == demoDays {
		return demoOptions(until), nil
	}
	return world.Options{Seed: d.seed, Customers: d.customers, Days: d.days, Until: until, Knobs: world.UsualKnobs()}, nil
}

func (d demoData) write(out io.Writer) error {
	o, err := d.options()
	if err != nil {
		return err
	}
	if d.out == "" {
		return errors.New("say with --out where the files go")
	}
	if there, err := os.ReadDir(d.out); err == nil && len(there) > 0 {
		return fmt.Errorf("the folder %s is not empty; nothing was written: choose another with --out", d.out)
	}
	if err := os.MkdirAll(d.out, 0o700); err != nil {
		return fmt.Errorf("make the folder: %w", err)
	}
	truth, err := world.Generate(o, filesIn(d.out))
	if err != nil {
		return err
	}
	if err := d.beside(truth); err != nil {
		return err
	}
	for _, f := range truth.Files {
		_, _ = fmt.Fprintf(out, "%9d rows  tasuke import events %s --source %s --mapping %s\n", f.Rows,
			filepath.Join(d.out, f.Name), f.Source, filepath.Join(d.out, f.Source+".yaml"))
	}
	victims := 0
	for _, c := range truth.Campaigns {
		victims += len(c.Victims)
	}
	_, _ = fmt.Fprintf(out, "%9d rows, %d victims in %d campaigns, %d customers tried in vain\n", truth.Rows, victims, len(truth.Campaigns), len(truth.Tried))
	return nil
}

// beside writes what belongs to the logs: customers, mappings, the truth.
func (d demoData) beside(truth world.Truth) error {
	for _, s := range world.Systems() {
		if err := os.WriteFile(filepath.Join(d.out, s.Name+".yaml"), []byte(s.Mapping), 0o600); err != nil {
			return fmt.Errorf("write a mapping: %w", err)
		}
	}
	if d.customers == demoCustomers {
		file, err := demoCSV()
		if err == nil {
			err = os.WriteFile(filepath.Join(d.out, "customers.csv"), file, 0o600)
		}
		if err != nil {
			return fmt.Errorf("write the customers: %w", err)
		}
	}
	f, err := filesIn(d.out)(fmt.Sprintf("truth-%d.json", truth.Seed))
	if err != nil {
		return fmt.Errorf("write the truth: %w", err)
	}
	return errors.Join(truth.Write(f), f.Close())
}
