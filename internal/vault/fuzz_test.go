package vault

import "testing"

func FuzzAKeyFileNeverPanicsAndNeverGivesHalfAKey(f *testing.F) {
	f.Add([]byte("index i1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\nseal k1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := parseKeys(b)
		if err != nil {
			return
		}
		if _, err := New(r); err != nil {
			t.Fatal(err)
		}
	})
}
