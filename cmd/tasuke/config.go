package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/caarlos0/env/v11"
	"github.com/goccy/go-yaml"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Config is everything a firm can set. Flags win over the environment, which wins over the
// file. Secrets are never here: only the files that hold them.
type Config struct {
	// Addr is where the server listens.
	Addr string `yaml:"addr" env:"TASUKE_ADDR"`
	// URL is how browsers reach the server; with https the session cookie is Secure.
	URL string `yaml:"url" env:"TASUKE_URL"`
	// Dir holds the database, the keys and the checkpoints unless they are named below.
	Dir string `yaml:"dir" env:"TASUKE_DIR"`
	// DB is a SQLite file or postgres://...
	DB string `yaml:"db" env:"TASUKE_DB"`
	// DBFile is a file that holds the DB address, for one with a password.
	DBFile string `yaml:"db_file" env:"TASUKE_DB_FILE"`
	// KeyFile holds the key-encryption keys for personal data.
	KeyFile string `yaml:"key_file" env:"TASUKE_KEY_FILE"`
	// AuditKeyFile holds the private key that signs audit checkpoints.
	AuditKeyFile string `yaml:"audit_key_file" env:"TASUKE_AUDIT_KEY_FILE"`
	// CheckpointDir receives the signed checkpoints; let it be copied off the machine.
	CheckpointDir string `yaml:"checkpoint_dir" env:"TASUKE_CHECKPOINT_DIR"`
	// TLSCert and TLSKey make the server speak HTTPS itself.
	TLSCert string `yaml:"tls_cert" env:"TASUKE_TLS_CERT"`
	TLSKey  string `yaml:"tls_key" env:"TASUKE_TLS_KEY"`
	// TrustedProxies are the addresses of the firm's own reverse proxies, which may say whose
	// request they pass on; without them the address of a request is that of its connection.
	TrustedProxies []string `yaml:"trusted_proxies" env:"TASUKE_TRUSTED_PROXIES"`
	// Firm is who signs letters and filings; SMTP is where mail is handed over.
	Firm FirmConfig `yaml:"firm" envPrefix:"TASUKE_FIRM_"`
	SMTP SMTPConfig `yaml:"smtp" envPrefix:"TASUKE_SMTP_"`
	// Notify is the mail address of a role, which then gets the reminders by mail too. They hold a
	// number and a term, no personal data. In the environment: executive:board@firm.example,legal:...
	Notify map[string]string `yaml:"notify" env:"TASUKE_NOTIFY"`
	// HTTPSecrets are files with the value of the Authorization header for hosts that playbooks send
	// requests to, by the name an administrator chooses them by.
	HTTPSecrets map[string]string `yaml:"http_secrets" env:"TASUKE_HTTP_SECRETS"`
	// Fonts are folders to look for the fonts of documents in, before those of the system.
	Fonts []string `yaml:"fonts" env:"TASUKE_FONTS"`
	// LogLevel is debug, info, warn or error.
	LogLevel string `yaml:"log_level" env:"TASUKE_LOG_LEVEL"`
}

// settings binds the flags of a command to a Config.
type settings struct {
	file  string
	flags Config
	set   *pflag.FlagSet
}

func bind(c *cobra.Command) *settings {
	s := &settings{set: c.Flags()}
	f := c.Flags()
	f.StringVar(&s.file, "config", "", "YAML file with settings")
	f.StringVar(&s.flags.Addr, "addr", "", "address to listen on (default 127.0.0.1:8100)")
	f.StringVar(&s.flags.URL, "url", "", "address that browsers use, for instance https://tasuke.example")
	f.StringVar(&s.flags.Dir, "dir", "", "folder of the data (default ./data)")
	f.StringVar(&s.flags.DB, "db", "", "SQLite file or postgres://… (default DIR/tasuke.db)")
	f.StringVar(&s.flags.DBFile, "db-file", "", "file that holds the database address")
	f.StringVar(&s.flags.KeyFile, "key-file", "", "file of the key-encryption keys (default DIR/keys/data.key)")
	f.StringVar(&s.flags.AuditKeyFile, "audit-key-file", "", "file of the audit signing key (default DIR/keys/audit.key)")
	f.StringVar(&s.flags.CheckpointDir, "checkpoint-dir", "", "folder for audit checkpoints (default DIR/checkpoints)")
	f.StringVar(&s.flags.TLSCert, "tls-cert", "", "certificate file for HTTPS")
	f.StringVar(&s.flags.TLSKey, "tls-key", "", "key file for HTTPS")
	f.StringSliceVar(&s.flags.TrustedProxies, "trusted-proxies", nil, "addresses or networks of the firm's own reverse proxies")
	f.StringVar(&s.flags.LogLevel, "log-level", "", "debug, info, warn or error")
	return s
}

// load puts the sources together and checks the result; all faults are reported at once.
func (s *settings) load() (Config, error) {
	c := Config{Addr: "127.0.0.1:8100", Dir: "data", LogLevel: "info"}
	var faults []error
	if s.file != "" {
		faults = append(faults, readConfig(s.file, &c))
	}
	if err := env.Parse(&c); err != nil {
		faults = append(faults, fmt.Errorf("environment: %w", err))
	}
	s.override(&c)
	faults = append(faults, c.complete()...)
	return c, errors.Join(faults...)
}

func readConfig(file string, c *Config) error {
	b, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("settings file: %w", err)
	}
	if err := yaml.UnmarshalWithOptions(b, c, yaml.Strict()); err != nil {
		return fmt.Errorf("settings file %s: %w", file, err)
	}
	return nil
}

// override lets the flags that were given win.
func (s *settings) override(c *Config) {
	for name, to := range map[string]*string{
		"addr": &c.Addr, "url": &c.URL, "dir": &c.Dir, "db": &c.DB, "db-file": &c.DBFile, "key-file": &c.KeyFile,
		"audit-key-file": &c.AuditKeyFile, "checkpoint-dir": &c.CheckpointDir,
		"tls-cert": &c.TLSCert, "tls-key": &c.TLSKey, "log-level": &c.LogLevel,
	} {
		if s.set.Changed(name) {
			*to, _ = s.set.GetString(name)
		}
	}
	if s.set.Changed("trusted-proxies") {
		c.TrustedProxies = s.flags.TrustedProxies
	}
}

// complete fills in what follows from other settings and names every fault.
func (c *Config) complete() (faults []error) {
	say := func(format string, a ...any) { faults = append(faults, fmt.Errorf(format, a...)) }
	if c.DBFile != "" {
		b, err := os.ReadFile(c.DBFile)
		if err != nil {
			say("db_file: %w", err)
		}
		if c.DB != "" {
			say("db and db_file are both set; keep one")
		}
		c.DB = strings.TrimSpace(string(b))
	}
	for at, name := range map[*string]string{&c.DB: "tasuke.db", &c.KeyFile: "keys/data.key", &c.AuditKeyFile: "keys/audit.key", &c.CheckpointDir: "checkpoints"} {
		if *at == "" {
			*at = filepath.Join(c.Dir, name)
		}
	}
	c.DB = strings.TrimPrefix(c.DB, "file:")
	for _, p := range c.TrustedProxies {
		if _, _, err := net.ParseCIDR(p); err != nil && net.ParseIP(p) == nil {
			say("trusted_proxies: %q is neither an address nor a network", p)
		}
	}
	host, port, err := net.SplitHostPort(c.Addr)
	if err != nil {
		say("addr %q is not HOST:PORT", c.Addr)
	}
	if c.URL == "" {
		scheme := "http"
		if c.TLSCert != "" {
			scheme = "https"
		}
		if host == "" || host == "0.0.0.0" || host == "::" {
			host = "localhost"
		}
		c.URL = scheme + "://" + net.JoinHostPort(host, port)
	}
	if u, err := url.Parse(c.URL); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		say("url %q is not an http or https address", c.URL)
	}
	if (c.TLSCert == "") != (c.TLSKey == "") {
		say("tls_cert and tls_key belong together; set both or none")
	}
	faults = append(faults, c.outside()...)
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.LogLevel)); err != nil {
		say("log_level %q is none of debug, info, warn, error", c.LogLevel)
	}
	return faults
}

// postgres reports whether the database is PostgreSQL.
func (c Config) postgres() bool {
	return strings.HasPrefix(c.DB, "postgres://") || strings.HasPrefix(c.DB, "postgresql://")
}

func configCommand() *cobra.Command {
	check := &cobra.Command{Use: "check", Short: "Check the settings and say every fault", Args: cobra.NoArgs}
	s := bind(check)
	check.RunE = func(c *cobra.Command, _ []string) error {
		if _, err := s.load(); err != nil {
			return err
		}
		_, err := fmt.Fprintln(c.OutOrStdout(), "ok")
		return err
	}
	parent := &cobra.Command{Use: "config", Short: "Settings"}
	parent.AddCommand(check)
	return parent
}
