package indicator_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"tasuke/cases/sweep/indicator"
)

// reader lets the ranges for documentation stand for addresses of the internet.
var reader = indicator.Reader{Allow: []netip.Prefix{
	netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("2001:db8::/32"),
}}

func show(r indicator.Reading) string {
	var out []string
	for _, f := range r.Found {
		s := fmt.Sprintf("%s=%s", f.Kind, f.Value)
		if f.Port > 0 {
			s += fmt.Sprintf(" port %d", f.Port)
		}
		out = append(out, s)
	}
	for _, f := range r.Refused {
		out = append(out, "refused "+f.Written+" "+strings.TrimPrefix(f.Reason, "sweep.indicator."))
	}
	for _, f := range r.Unknown {
		out = append(out, "unknown "+f.Text)
	}
	return strings.Join(out, "; ")
}

func TestAddressesThatAreNobodysAreRefusedWithTheReason(t *testing.T) {
	t.Parallel()
	for text, reason := range map[string]string{
		"10.1.2.3": "private", "172.16.0.1": "private", "192.168.0.0/24": "private", "fd00::1": "private",
		"127.0.0.1": "loopback", "::1": "loopback", "169.254.1.1": "local", "fe80::1": "local", "224.0.0.1": "multicast",
		"0.0.0.0": "reserved", "::": "reserved", "240.0.0.1": "reserved", "198.18.0.1": "reserved",
		"100.64.0.1": "shared", "203.0.113.5": "documentation", "2001:db8::1": "documentation",
		"8.0.0.0/8": "wide", "2400::/12": "wide", "0.0.0.0/0": "wide", "hxxp://10[.]0[.]0[.]1/x": "private",
		"192.168.1.1:443": "private", "::ffff:10.0.0.1": "private",
	} {
		r := indicator.Reader{}.Read("接続元 " + text)
		if len(r.Refused) != 1 || r.Refused[0].Reason != "sweep.indicator."+reason || r.Refused[0].Line != 1 || len(r.Found)+len(r.Unknown) > 0 {
			t.Errorf("%s: %s, want %s", text, show(r), reason)
		}
	}
}

func TestWhatIsNoIndicatorIsReportedAndNotGuessed(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                                "",
		"お疲れさまです。":                        "unknown お疲れさまです。",
		"1.2.3.4.5":                       "unknown 1.2.3.4.5",
		"256.1.1.1":                       "unknown 256.1.1.1",
		"8.8.8.8/33":                      "unknown 8.8.8.8/33",
		"20250401":                        "unknown 20250401",
		"2025-04-01 12:34:56":             "unknown 2025-04-01 12:34:56",
		"090-1234-5678":                   "unknown 090-1234-5678",
		"0312345678":                      "unknown 0312345678",
		"損失は 1234567 円":                   "unknown 損失は 1234567 円",
		"report.pdf":                      "unknown report.pdf",
		"nobody@":                         "unknown nobody@",
		"@example.com":                    "unknown @example.com",
		"a@b@example.com":                 "unknown a@b@example.com",
		"ftp://files.example.com":         "unknown ftp://files.example.com",
		"8.8.8.8 は 2025-04-01 に":          "ip=8.8.8.8; unknown 2025-04-01",
		"-._.-":                           "unknown -._.-",
		"v1.26.8":                         "unknown v1.26.8",
		"d41d8cd98f00b204e9800998ecf8427": "unknown d41d8cd98f00b204e9800998ecf8427",
		"http://":                         "unknown http://",
		"http://8.8.8.8:99999/":           "unknown http://8.8.8.8:99999/",
		strings.Repeat("a", 300) + ".com": "unknown " + strings.Repeat("a", 300) + ".com",
		"機密: evil.exe を 8.8.4.4 から取得": "ip=8.8.4.4; unknown evil.exe",
		"IPアドレス一覧":                    "",
	} {
		got := show(reader.Read(text))
		if got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func TestValuesAreFoundHoweverTheyAreWritten(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		// addresses
		"203.0.113.5":                    "ip=203.0.113.5",
		"203[.]0[.]113[.]5":              "ip=203.0.113.5",
		"203.0.113[.]5、":                 "ip=203.0.113.5",
		"203(.)0(.)113(.)5":              "ip=203.0.113.5",
		"203（．）0（．）113（．）5":              "ip=203.0.113.5",
		"２０３．０．１１３．５":                    "ip=203.0.113.5",
		"203。0。113。5":                    "ip=203.0.113.5",
		"203 [dot] 0 [dot] 113 [dot] 5":  "ip=203.0.113.5",
		"203[.0[.113[.5":                 "ip=203.0.113.5",
		"203\u200b.0.113.5":              "ip=203.0.113.5",
		"「203.0.113.5」から接続":              "ip=203.0.113.5",
		"IP:203.0.113.5。":                "ip=203.0.113.5",
		"IPアドレス：203.0.113.5（海外）":         "ip=203.0.113.5",
		"src=203.0.113.5:51234":          "ip=203.0.113.5 port 51234",
		"203.000.113.005":                "ip=203.0.113.5",
		"(203.0.113.5)":                  "ip=203.0.113.5",
		"203.0.113.5.":                   "ip=203.0.113.5",
		"203.0.113.0/24":                 "network=203.0.113.0/24",
		"203.0.113.77/24":                "network=203.0.113.0/24",
		"203.0.113.5/32":                 "ip=203.0.113.5",
		"203[.]0[.]113[.]0[/]24":         "network=203.0.113.0/24",
		"2001:DB8:0:0::1":                "ip=2001:db8::1",
		"2001:db8::":                     "ip=2001:db8::",
		"[2001:db8::1]:443":              "ip=2001:db8::1 port 443",
		"2001:db8::1です":                  "ip=2001:db8::1",
		"2001[:]db8[:][:]1":              "ip=2001:db8::1",
		"2001:db8:1::/48":                "network=2001:db8:1::/48",
		"::ffff:203.0.113.5":             "ip=203.0.113.5",
		"203.0.113.5,203.0.113.6":        "ip=203.0.113.5; ip=203.0.113.6",
		"203.0.113.5\tJP\t203.0.113.6\r": "ip=203.0.113.5; ip=203.0.113.6",
		// URLs and domains
		"hxxps://evil[.]example/login":        "url=https://evil.example/login",
		"hxxp[:]//evil[.]example":             "url=http://evil.example/",
		"HXXPS[://]Evil(dot)Example:443/A":    "url=https://evil.example/A port 443",
		"ｈｔｔｐｓ：／／ｅｖｉｌ．ｅｘａｍｐｌｅ／":               "url=https://evil.example/",
		"https://evil.example/a?b=c#d。":       "url=https://evil.example/a?b=c",
		"https://例え.jp/":                      "url=https://xn--r8jz45g.jp/",
		"https://user:pw@evil.example:8443/x": "url=https://evil.example:8443/x port 8443",
		"evil.example/login":                  "url=http://evil.example/login",
		"evil[.]example":                      "domain=evil.example",
		"Sub.Evil.Example.":                   "domain=sub.evil.example",
		"evil.exampleにアクセス":                   "domain=evil.example",
		"ドメイン evil.zip":                       "domain=evil.zip",
		"evil.example:8443":                   "domain=evil.example port 8443",
		"https://[2001:db8::1]/":              "url=https://[2001:db8::1]/",
		// mail
		"Thief@Evil.Example":          "mail=thief@evil.example",
		"thief[at]evil[.]example":     "mail=thief@evil.example",
		"thief（＠）evil（．）example":      "mail=thief@evil.example",
		"<mailto:thief@evil.example>": "mail=thief@evil.example",
		"メール: thief+1@evil.example":   "mail=thief+1@evil.example",
		// accounts
		"1234567":       "account=1234567",
		"・1234567、":     "account=1234567",
		"口座番号: 1234567": "account=1234567",
		"口座番号：１２３４５６７、7654321":        "account=1234567; account=7654321",
		"口座 123-4567890":              "account=1234567890",
		"account=20250401":            "account=20250401",
		"出金先 0005-123-1234567":        "destination=0005-123-1234567",
		"００３３－００１－７６５４３２１":            "destination=0033-001-7654321",
		"口座番号:\n1234567\n20250401\n":  "account=1234567; account=20250401",
		"口座番号\n1234567\n\n20250401\n": "account=1234567; unknown 20250401",
		// devices
		"端末ID: A1B2-C3":                        "device=a1b2-c3",
		"device_id=iPhone14.2-77":              "device=iphone14.2-77",
		"3F2504E0-4F89-11D3-9A0C-0305E82C3301": "device=3f2504e0-4f89-11d3-9a0c-0305e82c3301",
		"D41D8CD98F00B204E9800998ECF8427E":     "device=d41d8cd98f00b204e9800998ecf8427e",
		"dev_77af01":                           "device=dev_77af01",
	} {
		if got := show(reader.Read(text)); got != want {
			t.Errorf("%q:\n got %s\nwant %s", text, got, want)
		}
	}
}

func TestEveryLineAValueStoodOnIsTold(t *testing.T) {
	t.Parallel()
	r := reader.Read("件名：不正ログインの件\n\nIP\n203.0.113.5\n203[.]0[.]113[.]5 203.0.113.5\n198.51.100.7:80\n10.0.0.1\n")
	if len(r.Found) != 2 || !slices.Equal(r.Found[0].Lines, []int{4, 5}) || !slices.Equal(r.Found[1].Lines, []int{6}) || r.Found[0].Written != "203.0.113.5" {
		t.Errorf("%+v", r.Found)
	}
	if len(r.Refused) != 1 || r.Refused[0].Line != 7 || len(r.Unknown) != 1 || r.Unknown[0].Line != 1 {
		t.Errorf("%+v %+v", r.Refused, r.Unknown)
	}
}

func TestADestinationIsOneHoweverManyZerosAreLeftOut(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"0005-123-1234567": "0005-123-1234567", "0005-123-34567": "0005-123-0034567", "0005123 1234567": "0005-123-1234567",
		"５-1-1": "", "": "", "abcd-123-1234567": "",
	} {
		if got, ok := indicator.CanonicalDestination(in); got != want || ok != (want != "") {
			t.Errorf("%q: %q", in, got)
		}
	}
}

// What was found is found again in its own form, alone, as the same thing.
func FuzzRead(f *testing.F) {
	for _, s := range []string{
		"203[.]0[.]113[.]5:443", "hxxps://evil[.]example/a?b=c", "口座番号：１２３４５６７", "thief(at)evil.example", "2001:db8::/48",
		"[::1]:80 [", "http://[", "0005-123-1234567", "端末ID: x-1", "]\n[\r\x00\xff", "http://a.b:0/", "http://例え.jp/%zz",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r := indicator.Reader{Allow: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")}}
		got := r.Read(s)
		lines := strings.Count(strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n").Replace(s), "\n") + 1
		for _, i := range got.Found {
			if i.Value == "" || len(i.Lines) == 0 || i.Lines[0] < 1 || i.Lines[len(i.Lines)-1] > lines || !slices.IsSorted(i.Lines) {
				t.Fatalf("%+v", i)
			}
			again := r.Read(hint[i.Kind] + i.Value)
			if len(again.Found) != 1 || again.Found[0].Kind != i.Kind || again.Found[0].Value != i.Value {
				t.Fatalf("%s %q of %q is read again as %+v", i.Kind, i.Value, s, again)
			}
		}
		for _, u := range got.Unknown {
			if u.Line < 1 || u.Line > lines || strings.TrimSpace(u.Text) == "" {
				t.Fatalf("%+v", u)
			}
		}
	})
}

var hint = map[indicator.Kind]string{indicator.Device: "端末 ", indicator.Account: "口座 ", indicator.Domain: "ドメイン "}
