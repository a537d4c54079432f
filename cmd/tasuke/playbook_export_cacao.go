package main

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"tasuke/playbooks"
	"tasuke/playbooks/cacao"
)

// cacaoFlags say who exports a CACAO document and who signs it.
type cacaoFlags struct {
	key, signee, identity, out string
}

func (f *cacaoFlags) on(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.key, "sign", "", "cacao: PEM file with a private key (RSA, P-256, P-384, P-521 or Ed25519, without a passphrase) to sign with")
	cmd.Flags().StringVar(&f.signee, "signee", "", "cacao: name of who signs")
	cmd.Flags().StringVar(&f.identity, "identity", "", "cacao: STIX identity of who exports (identity--UUID)")
	cmd.Flags().StringVar(&f.out, "out", "", "where it is written; a file that is there is not overwritten (default: printed)")
}

// exporter writes a playbook as a CACAO document; what CACAO cannot say is said.
func (f *cacaoFlags) exporter(said io.Writer, path string, at time.Time) func(*playbooks.Definition, playbooks.Rules, string) ([]byte, error) {
	return func(d *playbooks.Definition, _ playbooks.Rules, lang string) ([]byte, error) {
		if f.key != "" && f.signee == "" {
			return nil, errors.New("--sign needs --signee: the name of who signs")
		}
		text, found, err := cacao.Export(d, cacao.Exporting{At: at, CreatedBy: f.identity})
		if err != nil {
			return nil, fmt.Errorf("export: %w", err)
		}
		for _, one := range found {
			fmt.Fprintf(said, "%s: %s\n", path, sentence(one, lang))
		}
		if f.key == "" {
			return text, nil
		}
		return f.sign(text, at)
	}
}

func (f *cacaoFlags) sign(text []byte, at time.Time) ([]byte, error) {
	key, err := signingKey(f.key)
	if err != nil {
		return nil, err
	}
	doc, found := cacao.Read(text)
	if len(found) > 0 {
		return nil, found
	}
	signed, err := cacao.Sign(doc, key, cacao.Signing{Signee: f.signee, CreatedBy: f.identity, At: at})
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	return signed, nil
}
