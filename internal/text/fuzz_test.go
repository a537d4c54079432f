package text

import (
	"testing"
	"unicode/utf8"
)

func FuzzFoldingAgainChangesNothing(f *testing.F) {
	for _, s := range []string{"", "髙橋　花子", "ｶ)ﾀｽｹ", "カ゛", "+81 081 0081 90", "佐々々木", "İstanbul ẞ", "\xff\xfe", "(株)(株)株式会社", "ヴヴァ", "㍿㍻", "邉\U000E0101", "S55.1.2", "\xe9\xab\xd0橋R˙|"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for name, fold := range map[string]func(string) string{
			"Fold": Fold, "Kana": Kana, "Name": Name, "Phone": Phone, "Account": Account, "Mail": Mail,
		} {
			once := fold(s)
			if twice := fold(once); twice != once {
				t.Errorf("%s: %q gives %q, then %q", name, s, once, twice)
			}
			if !utf8.ValidString(once) {
				t.Errorf("%s: %q gives invalid text %q", name, s, once)
			}
		}
		if d, ok := Date(s); ok {
			if again, ok := Date(d); !ok || again != d {
				t.Errorf("Date: %q gives %q, then %q", s, d, again)
			}
		}
		if len(Bigrams(s)) >= max(1, utf8.RuneCountInString(s)) {
			t.Errorf("%d bigrams of %q", len(Bigrams(s)), s)
		}
		_, _, _, _ = MaskName(s), MaskAccount(s), MaskPhone(s), MaskMail(s)
	})
}
