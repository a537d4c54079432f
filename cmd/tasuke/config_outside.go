package main

import (
	"fmt"
	"net"
	"net/mail"
	"slices"
	"strings"

	"tasuke/internal/actor"
)

// FirmConfig is who signs letters and filings. What is empty is left out of a letter, and a letter
// without a name of the firm cannot be made.
type FirmConfig struct {
	Name    string `yaml:"name" env:"NAME"`       // 商号
	Section string `yaml:"section" env:"SECTION"` // 部署
	Address string `yaml:"address" env:"ADDRESS"`
	Phone   string `yaml:"phone" env:"PHONE"` // answered at all hours
	Mail    string `yaml:"mail" env:"MAIL"`
	// Registration is the firm's number as a financial instruments business operator (登録番号).
	Registration string `yaml:"registration" env:"REGISTRATION"`
	// PayoutAccount and Remitter (依頼人名) are where the firm's payouts come from, as a bank knows them.
	PayoutAccount string `yaml:"payout_account" env:"PAYOUT_ACCOUNT"`
	Remitter      string `yaml:"remitter" env:"REMITTER"`
}

// SMTPConfig is the firm's mail server. Without an address mail waits in the outbox.
type SMTPConfig struct {
	Addr string `yaml:"addr" env:"ADDR"` // HOST:PORT
	From string `yaml:"from" env:"FROM"`
	HELO string `yaml:"helo" env:"HELO"` // this server's name; default the part of From after @
	// TLS is starttls (default), tls from the first byte, or none, which is allowed to this machine only.
	TLS          string `yaml:"tls" env:"TLS"`
	User         string `yaml:"user" env:"USER"`
	PasswordFile string `yaml:"password_file" env:"PASSWORD_FILE"`
	CAFile       string `yaml:"ca_file" env:"CA_FILE"` // instead of the machine's authorities
}

// outside names everything that is wrong with the settings for what leaves the house.
func (c *Config) outside() (faults []error) {
	say := func(format string, a ...any) { faults = append(faults, fmt.Errorf(format, a...)) }
	if c.SMTP.Addr != "" {
		faults = append(faults, c.SMTP.faults()...)
	}
	for role, address := range c.Notify {
		if !slices.Contains(actor.Roles, actor.Role(role)) {
			say("notify: %q is no role", role)
		}
		if a, err := mail.ParseAddress(address); err != nil || a.Name != "" || !strings.Contains(address[strings.LastIndexByte(address, '@')+1:], ".") {
			say("notify: %q is no plain mail address such as legal@firm.example", address)
		}
	}
	return faults
}

func (s *SMTPConfig) faults() (faults []error) {
	say := func(format string, a ...any) { faults = append(faults, fmt.Errorf(format, a...)) }
	host, _, err := net.SplitHostPort(s.Addr)
	if err != nil {
		say("smtp.addr %q is not HOST:PORT", s.Addr)
	}
	if _, err := mail.ParseAddress(s.From); err != nil {
		say("smtp.from %q is no mail address", s.From)
	}
	switch s.TLS {
	case "":
		s.TLS = "starttls"
	case "starttls", "tls":
	case "none":
		if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			say("smtp.tls none is allowed to this machine only, not to %s", host)
		}
	default:
		say("smtp.tls %q is none of starttls, tls, none", s.TLS)
	}
	if (s.User == "") != (s.PasswordFile == "") {
		say("smtp.user and smtp.password_file belong together; set both or none")
	}
	return faults
}
