package indicator

import (
	"slices"
	"strings"
)

// labels are the words that say what stands after them.
var labels = []struct {
	kind  Kind
	words []string
}{
	{Destination, []string{"出金先口座", "出金先", "送金先口座", "送金先", "振込先口座", "振込先", "destination", "payee"}},
	{Account, []string{"口座番号", "口座", "被害口座", "account_no", "accounts", "account"}},
	{Device, []string{"端末id", "端末識別子", "端末", "デバイスid", "デバイス", "フィンガープリント", "device_id", "deviceid", "device", "fingerprint", "fp"}},
	{IP, []string{"ipアドレス", "接続元", "送信元", "ip_address", "ipv4", "ipv6", "ip", "src", "source", "address"}},
	{Mail, []string{"メールアドレス", "メール", "e-mail", "email", "mail"}},
	{URL, []string{"url", "リンク", "サイト", "link"}},
	{Domain, []string{"ドメイン", "domain", "host", "ホスト"}},
}

// labelOf gives the kind a word announces, or "".
func labelOf(s string) Kind {
	s = strings.ToLower(strings.Trim(s, " \t:=：・-_*#"))
	for _, l := range labels {
		if slices.Contains(l.words, s) {
			return l.kind
		}
	}
	return ""
}

// labelBefore gives the kind that the text between two values announces, the last one of it.
func labelBefore(between string) (kind Kind) {
	at, long := -1, 0
	low := strings.ToLower(between)
	for _, l := range labels {
		for _, w := range l.words {
			i := strings.LastIndex(low, w)
			if end := i + len(w); i >= 0 && w[0] >= 0x80 && (end > at || end == at && len(w) > long) {
				kind, at, long = l.kind, end, len(w)
			}
		}
	}
	return kind
}

// onlyLabels reports whether a line says nothing but what is below it: "口座番号:", "IP addresses".
func onlyLabels(line string) bool {
	s := strings.NewReplacer("一覧", "", "リスト", "").Replace(strings.ToLower(line))
	s = strings.Trim(s, " \t:=-_*#[]()・")
	for {
		was := s
		for _, l := range labels {
			for _, w := range l.words {
				s = strings.ReplaceAll(s, w, "")
			}
		}
		s = strings.Trim(s, " \t:=-_*#/・、,es")
		if s == was || s == "" {
			return s == ""
		}
	}
}
