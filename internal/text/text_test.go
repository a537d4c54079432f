package text

import (
	"slices"
	"strings"
	"testing"
)

func TestTwoSpellingsOfOneThingAreEqual(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		fold func(string) string
		want string
		in   []string
	}{
		"kana in every width and script":      {Kana, "タカハシハナコ", []string{"たかはし　はなこ", "ﾀｶﾊｼ ﾊﾅｺ", "タカハシ・ハナコ", "タカハシハナコ"}},
		"voiced marks written apart":          {Kana, "ガギパ", []string{"ｶﾞｷﾞﾊﾟ", "カ゛キ゛ハ゜", "がぎぱ", "カ\u3099キ\u3099ハ\u309a"}},
		"small kana":                          {Kana, "シヨウイチ", []string{"ショウイチ", "しょういち", "ｼｮｳｲﾁ", "シヨウイチ"}},
		"long marks and hyphens":              {Kana, "オノ", []string{"オーノ", "オ－ノ", "オ‐ノ", "ｵｰﾉ", "オノ"}},
		"ヲ, ヂ, ヅ and ヴ":                       {Kana, "オジズバブ", []string{"ヲヂヅヴァヴ", "をぢづゔぁゔ", "オジズバブ"}},
		"legal forms in kana":                 {Kana, "タスケシヨウケン", []string{"カ）タスケショウケン", "ｶ)ﾀｽｹｼﾖｳｹﾝ", "タスケショウケン（カ", "カブシキガイシャ タスケショウケン", "（カ）タスケショウケン"}},
		"legal forms in kanji":                {Name, "助証券", []string{"㈱助証券", "助證券株式会社", "（株）助証券", "株式会社　助証券"}},
		"old and new kanji":                   {Name, "高橋花子", []string{"髙橋 花子", "高槗　花子", "髙𣘺花子"}},
		"kanji outside the basic plane":       {Name, "吉田", []string{"𠮷田", "吉 田"}},
		"the many ways to write 渡辺":           {Name, "渡辺", []string{"渡邊", "渡邉", "渡邉\U000E0101", "渡辺"}},
		"崎 and 浜":                             {Name, "浜崎", []string{"濵﨑", "濱嵜", "浜崎"}},
		"the repetition mark":                 {Name, "佐佐木", []string{"佐々木", "佐佐木"}},
		"telephone numbers":                   {Phone, "09012345678", []string{"090-1234-5678", "０９０－１２３４－５６７８", "+81 90 1234 5678", "+81 (0)90-1234-5678", "0081-90-1234-5678", "(090)1234 5678"}},
		"a telephone number that begins 81":   {Phone, "8112345678", []string{"811-234-5678"}},
		"account numbers":                     {Account, "001A234567", []string{"００１－Ａ－２３４５６７", "001-a-234567", " 001 A 234567 "}},
		"mail addresses":                      {Mail, "taro@example.jp", []string{"Taro@Example.JP", "ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ", " taro@example.jp "}},
		"a name that is only a legal form":    {Name, "株", []string{"株"}},
		"a family name that is a short form":  {Kana, "シ", []string{"シ"}},
		"free text in full width and capital": {Fold, "abc123カ", []string{"ＡＢＣ１２３ｶ", "abc123カ"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, in := range test.in {
				if got := test.fold(in); got != test.want {
					t.Errorf("%q gives %q, want %q", in, got, test.want)
				}
			}
		})
	}
}

func TestTwoPeopleAreNotMadeOne(t *testing.T) {
	t.Parallel()
	for _, pair := range [][2]string{{"高橋", "高木"}, {"大野", "小野"}, {"山崎", "山埼"}, {"吉田", "士田"}, {"間", "問"}} {
		if Name(pair[0]) == Name(pair[1]) {
			t.Errorf("%v", pair)
		}
	}
	if Kana("ハハ") == Kana("ババ") || Kana("カワカミ") == Kana("カワミ") {
		t.Error("kana")
	}
}

func TestAVariantBelongsToOneKanji(t *testing.T) {
	t.Parallel()
	seen := map[rune]string{}
	for _, group := range strings.Fields(variants) {
		for _, r := range group {
			if other, ok := seen[r]; ok {
				t.Errorf("%c stands in %s and %s", r, other, group)
			}
			seen[r] = group
		}
	}
}

func TestBigramsCountCharactersNotBytes(t *testing.T) {
	t.Parallel()
	if got := Bigrams("𠮷田花"); !slices.Equal(got, []string{"𠮷田", "田花"}) {
		t.Errorf("%q", got)
	}
	if Bigrams("𠮷") != nil || Bigrams("") != nil {
		t.Error("a single character has a bigram")
	}
}

func TestMasksHideTheLengthToo(t *testing.T) {
	t.Parallel()
	for got, want := range map[string]string{
		MaskName("髙橋 花子"):                  "髙＊＊",
		MaskName("𠮷田"):                     "𠮷＊＊",
		MaskName("邉\U000E0101見"):           "邉\U000E0101＊＊",
		MaskName(""):                       "",
		MaskAccount("001-1234567"):         "＊＊4567",
		MaskAccount("1234"):                "＊＊",
		MaskAccount(""):                    "",
		MaskPhone("+81 90-1234-5678"):      "＊＊5678",
		MaskMail("taro.yamada@Example.jp"): "t＊＊@example.jp",
		MaskMail("not an address"):         "＊＊",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestDatesAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	for _, in := range []string{"1980-01-02", "1980/1/2", "19800102", "1980年1月2日", "昭和55年1月2日", "S55.1.2", "１９８０．１．２", "Ｓ５５/01/02"} {
		if got, ok := Date(in); !ok || got != "1980-01-02" {
			t.Errorf("%q gives %q", in, got)
		}
	}
	if got, _ := Date("令和元年5月1日"); got != "2019-05-01" {
		t.Errorf("令和元年 gives %q", got)
	}
	for _, in := range []string{"", "1980-02-30", "80-01-02", "00000000", "12345678901", "1980-13-01", "昭和1980年1月2日", "x"} {
		if got, ok := Date(in); ok {
			t.Errorf("%q gives %q", in, got)
		}
	}
}
