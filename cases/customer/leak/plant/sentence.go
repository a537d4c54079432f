package plant

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// Planted is one piece of data in a text.
type Planted struct {
	Kind     string // name, kana, birth_date, phone, mail, account, ref, address, sign_in, my_number or card
	From, To int    // bytes
	Value    string
}

// carriers are sentences around a piece of data, by kind; % is where it stands, $ the family name.
var carriers = map[string][]string{
	"name": {"被害に遭われたのは%様です。", "%名義の口座から出金がありました。", "本日、%さんから電話がありました。", "顧客名=%;区分=個人", "申出人(%)は身に覚えがないとのこと。", "%氏が9時に来店。", "・%\n",
		"The customer, %, reported the loss.", "Please call % back.", "「%」と名乗る人物", "契約者 %　受付済み", "%、至急対応。", "担当は%のご本人に確認した。", "被害者%の申告による。", "送金依頼人:%", "%殿の件について", "対象者は%である。", "[%]", "|%|", "%宅へ架電"},
	"latin":      {"The customer % reported the loss.", "Please call % back today.", "Account holder: %", "%が届け出た。", "Name %; status open.", "Letter to % returned."},
	"kana":       {"カナ:%", "依頼人名は%でした。", "名義は「%」。", "(%)", "フリガナ　%", "% から入金", "Remitter name %.", "%様より", "カナ氏名=%,", "%さんの口座"},
	"birth_date": {"$様(%生)", "生年月日:%", "$さん、%生まれ。", "date of birth %", "本人確認:$ / % / 一致", "born % in Tokyo", "お客様の生年月日は%です。", "DOB: %", "$様 % 本人確認済み"},
	"phone":      {"電話:%", "折り返し先は%です。", "TEL %", "Call back at % today.", "携帯%に発信、", "%へSMSを送った。", "tel=%;", "(連絡先 %)"},
	"mail":       {"メール:%", "宛先<%>", "登録アドレスは%です。", "Contact % for details.", "%から転送された。", "送信先=%;", "「%」に不審なメール"},
	"account":    {"口座番号:%", "口座%から出金", "Account %", "対象口座は%です。", "出金元(%)", "acct=%;", "%の口座を停止", "No.%、済み"},
	"ending":     {"口座番号%", "口座番号は%です。", "口座:%を停止", "Account No. %", "account number %,"},
	"ref":        {"顧客番号:%", "顧客%の件", "customer %", "(%)", "id=%&x=1", "お客様番号は%です。"},
	"address":    {"住所:%", "お住まいは%です。", "%に送付済み。", "送付先 %", "(%)", "現住所は%とのこと。"},
	"sign_in":    {"下記よりログインしてください。 %", "確認はこちら %", "Please visit % now.", "再設定:%。", "URL=%"},
	"my_number":  {"マイナンバー:%", "個人番号は%です。", "number %,"},
	"card":       {"カード番号:%", "card %.", "決済は%を使用。"},
}

var signIns = []string{"https://trade.hinata.example/login", "http://www.hinata.example/member/sign-in?x=1", "https://login.hinata.example/", "https://hinata.example/auth/reset", "www.hinata.example/logon.html", "https://my.hinata.example/mypage/"}

var kinds = []string{"name", "name", "name", "name", "kana", "kana", "kana", "latin", "birth_date", "phone", "mail", "account", "ending", "ref", "address", "sign_in", "my_number", "card"}

// Leaky makes a text of the trade with one to four pieces of customers' data in it.
func Leaky(r *rand.Rand, people []Person) (string, []Planted) {
	var b strings.Builder
	var all []Planted
	n := 1 + r.IntN(4)
	for i := range n + 3 {
		if i >= n {
			b.WriteString(Sentence(r))
			continue
		}
		b.WriteString(Sentence(r))
		b.WriteString(pick(r, glue(b.String())))
		kind, p := pick(r, kinds), pick(r, people)
		carrier := strings.ReplaceAll(pick(r, carriers[kind]), "$", p.Family)
		head, tail, _ := strings.Cut(carrier, "%")
		value := spell(r, kind, p)
		b.WriteString(head)
		from := b.Len()
		b.WriteString(value)
		switch kind {
		case "ending":
			kind = "account"
		case "latin":
			kind = "name"
		}
		all = append(all, Planted{kind, from, b.Len(), value})
		b.WriteString(tail + pick(r, []string{" ", "\n", "。"}))
	}
	return b.String(), all
}

// glue is what may stand after a sentence: nothing only where it has a full stop.
func glue(s string) []string {
	if strings.HasSuffix(s, "。") || strings.HasSuffix(s, ".") {
		return []string{"", " ", "\n"}
	}
	return []string{" ", "\n", "　"}
}

func spell(r *rand.Rand, kind string, p Person) string {
	switch kind {
	case "name":
		return Name(r, p)
	case "kana":
		return Kana(r, p)
	case "latin":
		if strings.Contains(p.GivenKana, "ヴ") {
			return Name(r, p) // a foreign name has no spelling that its kana gives away
		}
		return Latin(r, p)
	case "birth_date":
		return Born(r, p)
	case "phone":
		return Phone(r, p)
	case "mail":
		return Mail(r, p)
	case "account":
		return Account(r, p)
	case "ending":
		return wide(r, p.Account)
	case "ref":
		return Ref(r, p)
	case "address":
		return Address(r, p)
	case "sign_in":
		return pick(r, signIns)
	case "my_number":
		return myNumber(r)
	}
	return card(r)
}

// myNumber draws digits until the last one fits, by the rule as the ordinance words it.
func myNumber(r *rand.Rand) string {
	p := make([]int, 12)
	sum := 0
	for n := 11; n >= 1; n-- {
		p[n] = r.IntN(10)
		if n <= 6 {
			sum += p[n] * (n + 1)
		} else {
			sum += p[n] * (n - 5)
		}
	}
	if m := sum % 11; m > 1 {
		p[0] = 11 - m
	}
	var b strings.Builder
	for n := 11; n >= 0; n-- {
		fmt.Fprint(&b, p[n])
	}
	s := b.String()
	if s[:2] == "20" {
		return myNumber(r)
	}
	return pick(r, []string{s, s[:4] + " " + s[4:8] + " " + s[8:], s[:4] + "-" + s[4:8] + "-" + s[8:]})
}

// card makes a number of a card: of all last digits exactly one is right.
func card(r *rand.Rand) string {
	s := pick(r, []string{"4", "51", "35"})
	for len(s) < 15 {
		s += fmt.Sprint(r.IntN(10))
	}
	for d := range 10 {
		if luhn(s + fmt.Sprint(d)) {
			s += fmt.Sprint(d)
			break
		}
	}
	return pick(r, []string{s, s[:4] + " " + s[4:8] + " " + s[8:12] + " " + s[12:], s[:4] + "-" + s[4:8] + "-" + s[8:12] + "-" + s[12:]})
}

func luhn(s string) bool {
	sum, double := 0, []int{0, 2, 4, 6, 8, 1, 3, 5, 7, 9}
	for i, c := range s {
		if d := int(c - '0'); (len(s)-i)%2 == 0 {
			sum += double[d]
		} else {
			sum += d
		}
	}
	return sum%10 == 0
}
