package main

import (
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"tasuke/playbooks/cacao"
)

// playbookVerify is "tasuke playbook verify": whether the signatures of a CACAO playbook hold.
func playbookVerify() *cobra.Command {
	var keys []string
	cmd := &cobra.Command{
		Use:   "verify FILE [--key PEM]...",
		Short: "Check the signatures of a CACAO 2.0 playbook",
		Long: "Prints a line for each signature and exits with 1 when one does not hold or there is none. Without --key\n" +
			"a signature is checked with the key it brings: that shows that nothing was changed, not who signed. With\n" +
			"--key (a public key or a certificate) only signatures by one of these keys hold. Addresses of keys are\n" +
			"never followed.",
		Args:         cobra.ExactArgs(1),
		SilenceUsage: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			var trusted []cacao.Trusted
			for _, path := range keys {
				one, err := trustedKey(path)
				if err != nil {
					return err
				}
				trusted = append(trusted, one)
			}
			return verifyCACAO(cmd.OutOrStdout(), args[0], trusted, time.Now())
		},
	}
	cmd.Flags().StringSliceVar(&keys, "key", nil, "PEM file with a public key or a certificate that is trusted (may be repeated)")
	return cmd
}

func verifyCACAO(out io.Writer, path string, trusted []cacao.Trusted, at time.Time) error {
	src, err := readAtMost(path, cacao.MaxBytes+1)
	if err != nil {
		return err
	}
	d, found := cacao.Read(src)
	if len(found) > 0 {
		fmt.Fprintf(out, "%s: %s\n", path, sentence(found[0], "en"))
		return errSaid
	}
	all := cacao.Verify(d, trusted, at)
	broken := len(all) == 0
	if broken {
		fmt.Fprintf(out, "%s: there is no signature\n", path)
	}
	for _, c := range all {
		broken = broken || !c.Holds()
		fmt.Fprintf(out, "%s: signature %d of %q (%s): %s\n", path, c.Number, c.Signee, c.Algorithm, judged(c))
	}
	if broken {
		return errSaid
	}
	return nil
}

// judged says what was found about one signature.
func judged(c cacao.Checked) string {
	switch {
	case c.Err != nil:
		return "DOES NOT HOLD: " + c.Err.Error()
	case c.Revoked:
		return "REVOKED by who signed"
	}
	s := "holds by the key it brings, SHA-256 " + c.Key + " (nobody vouches for that key)"
	if c.Known {
		s = "holds by a trusted key, SHA-256 " + c.Key
	}
	if c.Outside {
		s += "; the time it says it is valid in is over or has not begun"
	}
	if c.Counter {
		s += "; its countersignature was not checked"
	}
	return s
}

const maxPEM = 64 << 10

func readPEM(path string) (*pem.Block, error) {
	raw, err := readAtMost(path, maxPEM)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	block, _ := pem.Decode(raw)
	if block == nil {
		return nil, fmt.Errorf("%s: there is no PEM block", path)
	}
	return block, nil
}

func trustedKey(path string) (cacao.Trusted, error) {
	block, err := readPEM(path)
	if err != nil {
		return cacao.Trusted{}, err
	}
	switch block.Type {
	case "CERTIFICATE":
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return cacao.Trusted{}, fmt.Errorf("%s: %w", path, err)
		}
		return cacao.Trusted{Key: c.PublicKey, Certificate: block.Bytes}, nil
	case "PUBLIC KEY":
		key, err := x509.ParsePKIXPublicKey(block.Bytes)
		if err != nil {
			return cacao.Trusted{}, fmt.Errorf("%s: %w", path, err)
		}
		return cacao.Trusted{Key: key}, nil
	}
	return cacao.Trusted{}, fmt.Errorf("%s: a %s is no public key and no certificate", path, block.Type)
}

// signingKey reads a private key that is not encrypted.
func signingKey(path string) (crypto.Signer, error) {
	block, err := readPEM(path)
	if err != nil {
		return nil, err
	}
	var key any
	switch block.Type {
	case "PRIVATE KEY":
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	case "RSA PRIVATE KEY":
		key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	case "EC PRIVATE KEY":
		key, err = x509.ParseECPrivateKey(block.Bytes)
	default:
		err = errors.New("a " + block.Type + " cannot sign; hand in a private key without a passphrase")
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("%s: this kind of key cannot sign", path)
	}
	return signer, nil
}
