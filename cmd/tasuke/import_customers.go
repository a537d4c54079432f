package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"tasuke/cases/customer"
	"tasuke/internal/actor"
	"tasuke/internal/fault"
)

// errRejected ends the command with a failure after everything that was good has been kept.
var errRejected = errors.New("some rows were not imported")

// importCustomersCommand is "tasuke import customers". open gives the store of the configured
// database and what closes it.
func importCustomersCommand(open func(cmd *cobra.Command) (*customer.Store, func(), error)) *cobra.Command {
	var mapping, rejected, encoding string
	cmd := &cobra.Command{
		Use:   "customers FILE.csv",
		Short: "顧客台帳を取り込む / load the customer register",
		Long: "Takes a CSV file (UTF-8 or CP932, found out by itself) into the register, sealed. Customers are known by\n" +
			"customer number: new ones are added, changed ones replaced, others left alone. 500 rows are one transaction;\n" +
			"after a failure give the same file again. Rows that are wrong go to the --rejected file with line and reason,\n" +
			"and the command then ends with a failure.",
		Example:      "  tasuke import customers customers.csv --mapping mapping.yaml",
		Args:         cobra.ExactArgs(1),
		SilenceUsage: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			m, err := readMapping(mapping, encoding)
			if err != nil {
				return importFault(err)
			}
			if rejected == "" {
				rejected = args[0] + ".rejected.csv"
			}
			store, done, err := open(cmd)
			if err != nil {
				return err
			}
			defer done()
			return importFault(importCustomers(cmd, store, args[0], rejected, m))
		},
	}
	cmd.Flags().StringVar(&mapping, "mapping", "", "YAML file that names the columns (default: the usual Japanese and English headers)")
	cmd.Flags().StringVar(&rejected, "rejected", "", "file for the rows that were not imported (default FILE.csv.rejected.csv)")
	cmd.Flags().StringVar(&encoding, "encoding", "", "auto, utf-8 or cp932 (default: as the mapping says, else auto)")
	return cmd
}

func readMapping(file, encoding string) (customer.Mapping, error) {
	var b []byte
	if file != "" {
		var err error
		if b, err = os.ReadFile(file); err != nil {
			return customer.Mapping{}, fmt.Errorf("read the mapping: %w", err)
		}
	}
	m, err := customer.ReadMapping(b)
	if err != nil {
		return m, err
	}
	if encoding != "" {
		m.Encoding = customer.Encoding(strings.ToLower(encoding))
	}
	return m, nil
}

func importCustomers(cmd *cobra.Command, store *customer.Store, file, rejected string, m customer.Mapping) error {
	f, err := os.Open(file)
	if err != nil {
		return fmt.Errorf("open the customer file: %w", err)
	}
	defer func() { _ = f.Close() }() // read only: nothing can be lost
	st, err := f.Stat()
	if err != nil {
		return fmt.Errorf("open the customer file: %w", err)
	}
	out := &importRejects{file: rejected}
	bar := importBar(cmd.ErrOrStderr(), st.Size())
	rep, err := store.Import(cmd.Context(), actor.System("import customers"), f, m, customer.Options{
		Size: st.Size(), Rejected: out.add, Progress: func(done, _ int64) { _ = bar.Set64(done) },
	})
	_ = bar.Finish()
	if cerr := out.close(); err == nil {
		err = cerr
	}
	importSummary(cmd.OutOrStdout(), rep)
	switch {
	case err != nil:
		return fmt.Errorf("import stopped: %w", err)
	case rep.Rejected > 0:
		return fmt.Errorf("%w: %d, see %s", errRejected, rep.Rejected, rejected)
	}
	return nil
}

func importSummary(w io.Writer, rep customer.Report) {
	_, _ = fmt.Fprintf(w, "読込 %d 行: 新規 %d, 変更 %d, 変更なし %d, 却下 %d (文字コード %s)\n%d rows: %d new, %d changed, %d unchanged, %d rejected\n",
		rep.Rows, rep.New, rep.Changed, rep.Unchanged, rep.Rejected, rep.Encoding,
		rep.Rows, rep.New, rep.Changed, rep.Unchanged, rep.Rejected)
}

// importBar is drawn on a terminal only.
func importBar(w io.Writer, size int64) *progressbar.ProgressBar {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return progressbar.DefaultBytesSilent(size)
	}
	return progressbar.NewOptions64(size, progressbar.OptionSetWriter(w), progressbar.OptionShowBytes(true),
		progressbar.OptionSetDescription("顧客台帳"), progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(100_000_000))
}

// importRejects writes rejected rows to a file that is made with the first of them. It holds line,
// customer number, field and reason, and nothing else of the row.
type importRejects struct {
	file string
	f    *os.File
	csv  *csv.Writer
}

func (r *importRejects) add(bad customer.Rejected) error {
	if r.csv == nil {
		f, err := os.OpenFile(r.file, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
		if err != nil {
			return fmt.Errorf("create the file of rejected rows: %w", err)
		}
		if _, err := f.WriteString("\ufeff"); err != nil { // spreadsheets take it for CP932 without
			return fmt.Errorf("write rejected rows: %w", err)
		}
		r.f, r.csv = f, csv.NewWriter(f)
		if err := r.csv.Write([]string{"line", "customer_no", "field", "理由", "reason"}); err != nil {
			return fmt.Errorf("write rejected rows: %w", err)
		}
	}
	why := importReasons[bad.Reason]
	if err := r.csv.Write([]string{strconv.Itoa(bad.Line), bad.Ref, bad.Column, why.ja, why.en}); err != nil {
		return fmt.Errorf("write rejected rows: %w", err)
	}
	return nil
}

func (r *importRejects) close() error {
	if r.csv == nil {
		return nil
	}
	r.csv.Flush()
	err := r.csv.Error()
	if cerr := r.f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return fmt.Errorf("write rejected rows: %w", err)
	}
	return nil
}

// importFault puts the sentence of a message key before the cause, for the terminal.
func importFault(err error) error {
	var f *fault.Error
	if !errors.As(err, &f) {
		return err
	}
	s, ok := importReasons[f.Key]
	if !ok {
		return err
	}
	text := s.ja + " / " + s.en
	for name, v := range f.Args {
		text = strings.ReplaceAll(text, "{{."+name+"}}", fmt.Sprint(v))
	}
	if f.Cause != nil {
		return fmt.Errorf("%s (%w)", text, f.Cause)
	}
	return errors.New(text)
}
