package master_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"tasuke/contacts/bank/master"
)

func standard(t testing.TB) *master.Master {
	t.Helper()
	m, err := master.Standard()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestTheMasterHasItsDateItsBanksAndTheirBranches(t *testing.T) {
	t.Parallel()
	m := standard(t)
	if m.Date != "2026-08-24" || !strings.HasPrefix(m.Source, "zengin-code ") {
		t.Errorf("%q of %q", m.Source, m.Date)
	}
	if banks, branches := m.Size(); banks != 1146 || branches < 28000 {
		t.Errorf("%d banks, %d branches", banks, branches)
	}
	if b, ok := m.Bank("0005"); !ok || b.Name != "三菱ＵＦＪ" || b.Kana != "ミツビシユ－エフジエイ" {
		t.Errorf("%v %v", b, ok)
	}
	if s, ok := m.Branch("9900", "058"); !ok || s.Name != "〇五八" {
		t.Errorf("%v %v", s, ok)
	}
	for _, c := range [][2]string{{"9900", "498"}, {"9999", "001"}, {"0001", "1"}, {"", ""}} {
		if _, ok := m.Branch(c[0], c[1]); ok {
			t.Errorf("branch %v exists", c)
		}
	}
}

func TestALetterNamesABankInFull(t *testing.T) {
	t.Parallel()
	m := standard(t)
	for code, want := range map[string]string{"0010": "りそな銀行", "0153": "十六銀行", "0288": "三菱ＵＦＪ信託銀行", "0501": "北洋銀行", "9900": "ゆうちょ銀行",
		"0200": "ワイズ・ペイメンツ・ジャパン", "0401": "シティバンク、エヌ・エイ", "1000": "信金中央金庫", "1280": "横浜信用金庫", "2254": "第一勧業信用組合",
		"2965": "新潟県労働金庫", "9375": "沖縄県農業協同組合", "2010": "全信組連"} {
		if b, ok := m.Bank(code); !ok || b.Formal() != want {
			t.Errorf("%s is %q, want %q", code, b.Formal(), want)
		}
	}
}

func TestBanksAreFoundAsPeopleCallThem(t *testing.T) {
	t.Parallel()
	m := standard(t)
	for query, want := range map[string]string{
		"三菱UFJ銀行": "0005", "ﾐﾂﾋﾞｼ": "0005", "みつびし": "0005", "0005": "0005", "ゆうちょ": "9900", "ユウチヨ": "9900", "みずほ銀行": "0001",
	} {
		found := m.Banks(query, 5)
		if len(found) == 0 || found[0].Code != want {
			t.Errorf("%s finds %v", query, found)
		}
	}
	if found := m.Branches("0001", "まるのうち", 5); len(found) == 0 || !strings.HasPrefix(found[0].Name, "丸") {
		t.Errorf("%v", found)
	}
	if found := m.Banks("そんな銀行はない", 5); len(found) != 0 {
		t.Errorf("%v", found)
	}
	if found := m.Branches("0001", "", 20); len(found) != 20 {
		t.Errorf("%d branches without a query", len(found))
	}
}

// TestTheMasterAgreesWithAnEarlierEdition reads an edition three months older: nothing in it may
// be missing, and names change only where a bank changed its name.
func TestTheMasterAgreesWithAnEarlierEdition(t *testing.T) {
	t.Parallel()
	dir := filepath.Join("..", "..", "..", "..", "shared", "testdata", "zengin")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the earlier edition of the bank codes is not beside this repository")
	}
	m := standard(t)
	renamed := map[string]string{"0038": "ドコモＳＭＴＢネット"} // 住信ＳＢＩネット until 2026
	for code, old := range edition(t, filepath.Join(dir, "banks.json")) {
		b, ok := m.Bank(code)
		if !ok || b.Kana != old.Kana && renamed[code] == "" || b.Name != old.Name && b.Name != renamed[code] {
			t.Errorf("bank %s: %v, was %v", code, b, old)
		}
	}
	files, err := filepath.Glob(filepath.Join(dir, "branches", "*.json"))
	if err != nil || len(files) < 10 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		bank := strings.TrimSuffix(filepath.Base(file), ".json")
		for code, old := range edition(t, file) {
			if b, ok := m.Branch(bank, code); !ok || b != old {
				t.Errorf("branch %s-%s: %v, was %v", bank, code, b, old)
			}
		}
	}
}

func edition(t *testing.T, file string) map[string]master.Entry {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]master.Entry
	if err := json.Unmarshal(raw, &all); err != nil || len(all) == 0 {
		t.Fatal(file, err)
	}
	return all
}

func TestTheGeneratorAndThePackageNameOneVersion(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(filepath.Join("..", "..", "..", "package.json"))
	if err != nil {
		t.Fatal(err)
	}
	pinned := regexp.MustCompile(`"zengin-code": "([^"]+)"`).FindStringSubmatch(string(raw))
	if pinned == nil || standard(t).Source != "zengin-code "+pinned[1] {
		t.Errorf("package.json has %v, the master is of %s", pinned, standard(t).Source)
	}
}

func TestTheNumberInAPassbookGivesTheAccountOfATransfer(t *testing.T) {
	t.Parallel()
	m := standard(t)
	for _, test := range []struct {
		kigo, bango, branch string
		kind                master.Kind
		number              string
		err                 error
	}{
		{"10530", "12345671", "058", master.Ordinary, "1234567", nil},
		{"17300", "19927651", "738", master.Ordinary, "1992765", nil},
		{"１０５３０", "１２３４５６７１", "058", master.Ordinary, "1234567", nil},
		{"10530", "1231", "058", master.Ordinary, "0000123", nil},
		{"00120", "3456", "019", master.Current, "0003456", nil},
		{"00120-", "345-678", "019", master.Current, "0345678", nil},
		{"10530", "12345672", "", "", "", master.ErrBango},
		{"10530", "1", "", "", "", master.ErrBango},
		{"10530", "123456711", "", "", "", master.ErrBango},
		{"00120", "12345678", "", "", "", master.ErrBango},
		{"20530", "12345671", "", "", "", master.ErrKigo},
		{"1053", "12345671", "", "", "", master.ErrKigo},
		{"１０５３X", "12345671", "", "", "", master.ErrKigo},
		{"14900", "12345671", "", "", "", master.ErrBranch},
	} {
		branch, kind, number, err := m.FromYucho(test.kigo, test.bango)
		if !errors.Is(err, test.err) {
			t.Errorf("%s-%s: %v", test.kigo, test.bango, err)
			continue
		}
		if err == nil && (branch != test.branch || kind != test.kind || number != test.number) {
			t.Errorf("%s-%s gives %s %s %s", test.kigo, test.bango, branch, kind, number)
		}
	}
}

// TestAThirdOfThePossibleYuchoBranchesDoNotExist: what the master lacks is refused, not computed.
func TestAThirdOfThePossibleYuchoBranchesDoNotExist(t *testing.T) {
	t.Parallel()
	m, missing := standard(t), 0
	for _, b := range m.Branches("9900", "", 200) {
		if b.Code[2] != '8' && b.Code[2] != '9' {
			t.Errorf("%v", b)
		}
	}
	for i := range 100 {
		code := string([]byte{byte('0' + i/10), byte('0' + i%10), '8'})
		if _, ok := m.Branch("9900", code); !ok {
			missing++
		}
	}
	if missing != 34 {
		t.Errorf("%d of the hundred XY8 are missing", missing)
	}
}

func TestHolderNamesTakeTheFormOfTransferRecords(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"ヤマダ タロウ": "ﾔﾏﾀﾞ ﾀﾛｳ", "やまだ　たろう": "ﾔﾏﾀﾞ ﾀﾛｳ", "ﾔﾏﾀﾞ ﾀﾛｳ": "ﾔﾏﾀﾞ ﾀﾛｳ", "ﾔﾏﾀﾞ　 ﾀﾛｳ": "ﾔﾏﾀﾞ ﾀﾛｳ",
		"か゛き゜": "ｶﾞｷﾟ", "カ\u3099キ\u309a": "ｶﾞｷﾟ", "ジョージ": "ｼﾞﾖ-ｼﾞ", "シュッパン（カ": "ｼﾕﾂﾊﾟﾝ(ｶ", "ヴァン": "ｳﾞｱﾝ", "ヵヶ": "ｶｹ",
		"ローソン": "ﾛ-ｿﾝ", "ロ－ソン": "ﾛ-ｿﾝ", "ロ‐ソン": "ﾛ-ｿﾝ", "ヲノ ヰエ": "ｦﾉ ｲｴ", "jean-luc o’neil": "JEAN-LUC O'NEIL", "ＡＢＣ１２３": "ABC123", "カ）タスケ・ショウケン": "ｶ)ﾀｽｹ.ｼﾖｳｹﾝ",
	} {
		if got, err := master.Holder(in); got != want || err != nil {
			t.Errorf("%q gives %q, %v; want %q", in, got, err, want)
		}
	}
}

func TestACharacterThatRecordsCannotCarryIsNamed(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]rune{"山田": '山', "ヤマダ、タロウ": '､', "㈱タスケ": '株', "ヤマダ髙": '髙', "ヤマダ𠮷": '𠮷', "ヤマダ¥": '¥', "ヤマ\xffダ": '\ufffd', "ヤマダ＿": '_'} {
		var outside *master.Outside
		if got, err := master.Holder(in); got != "" || !errors.As(err, &outside) || outside.Rune != want {
			t.Errorf("%q gives %q, %v; want %q", in, got, err, want)
		}
	}
}

func TestAHolderIsTheSameInEverySpelling(t *testing.T) {
	t.Parallel()
	for _, pair := range [][2]string{{"ﾔﾏﾀﾞﾀﾛｳ", "ヤマダ タロウ"}, {"ｦﾉ", "オノ"}, {"ﾛ-ｿﾝ", "ローソン"}, {"ｶ)ﾀｽｹ", "タスケ"}, {"ｼﾞﾖｳ", "ジョウ"}} {
		if !master.SameHolder(pair[0], pair[1]) {
			t.Errorf("%v are two", pair)
		}
	}
	if master.SameHolder("ﾔﾏﾀﾞ ﾀﾛｳ", "ﾔﾏﾀﾞ ｼﾞﾛｳ") {
		t.Error("two people are one")
	}
}

func TestAnAccountNumberHasSevenDigits(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"1234567": "1234567", "１２３４５６": "0123456", "12-3456 7": "1234567", "123": "", "12345678": "", "12345a7": "", "": ""} {
		if got := master.Number(in); got != want {
			t.Errorf("%q gives %q", in, got)
		}
	}
}

func FuzzHolder(f *testing.F) {
	for _, s := range []string{"ヤマダ タロウ", "㈱", "か゛", "ヴ\u3099", "\xff", "ﾞﾟ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := master.Holder(s)
		if err != nil {
			return
		}
		if again, err := master.Holder(got); err != nil || again != got {
			t.Errorf("%q gives %q, and that %q, %v", s, got, again, err)
		}
	})
}

func FuzzFromYucho(f *testing.F) {
	f.Add("10530", "12345671")
	f.Add("00120", "345678")
	f.Fuzz(func(t *testing.T, kigo, bango string) {
		branch, _, number, err := standard(t).FromYucho(kigo, bango)
		if err == nil && (len(branch) != 3 || len(number) != 7 || strings.Trim(branch+number, "0123456789") != "") {
			t.Errorf("%q %q gives %q %q", kigo, bango, branch, number)
		}
	})
}
