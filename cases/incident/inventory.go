package incident

import (
	"context"
	"slices"
	"strings"

	"tasuke/internal/actor"
	"tasuke/internal/db"
)

// Leaked is an item of personal data that may have leaked, by its code.
type Leaked string

// MyNumber is 個人番号: it brings the report under the My Number Act.
const MyNumber Leaked = "my_number"

// inventory are the items a firm is asked about (operations.md 5, PB-05 step 4), as the form in the
// fact sheet names them. Their order is the form's.
var inventory = []struct {
	Item Leaked
	Name string
}{
	{"name", "氏名"}, {"address", "住所"}, {"birth_date", "生年月日"}, {"phone", "電話番号"}, {"mail", "メールアドレス"},
	{"account", "口座番号"}, {"bank_account", "出金先銀行口座"}, {"id_document", "本人確認書類"}, {MyNumber, "個人番号（マイナンバー）"},
	{"holdings", "保有・取引の情報"}, {"password_hash", "パスワードのハッシュ"},
}

const inventoryHead = "【漏えい等した、又はそのおそれがある項目】該当する項目の□を■に変え、表と列、人数を書く。"

// inventoryForm is the form with nothing marked.
func inventoryForm() string {
	lines := []string{inventoryHead}
	for _, x := range inventory {
		lines = append(lines, "□"+x.Name+"：")
	}
	return strings.Join(lines, "\n")
}

// Marked lists the items that a form in the text marks; there is false when the text has no form.
func (c FactContent) Marked() (items []Leaked, there bool) {
	for line := range strings.Lines(c.Items[FactData].Text) {
		line = strings.TrimSpace(line)
		there = there || strings.HasPrefix(line, inventoryHead[:len("【漏えい等した")])
		for _, x := range inventory {
			for _, mark := range []string{"■", "☑", "✓"} {
				if strings.HasPrefix(line, mark) && strings.HasPrefix(strings.TrimSpace(strings.TrimPrefix(line, mark)), x.Name) {
					items = append(items, x.Item)
				}
			}
		}
	}
	return items, there || len(items) > 0
}

// inventoried says that a form is there, and sure that somebody has confirmed what it says.
const inventoried, sure = "form", "confirmed"

// marks is what is kept of the inventory beside a sealed content: codes only.
func (c FactContent) marks() string {
	items, there := c.Marked()
	if !there {
		return ""
	}
	out := []string{inventoried}
	if c.Items[FactData].Known == FactConfirmed {
		out = append(out, sure)
	}
	for _, x := range items {
		out = append(out, string(x))
	}
	return strings.Join(out, ",")
}

// myNumber answers "yes", "no" or "unknown" from marks.
func myNumber(marks string) string {
	all := strings.Split(marks, ",")
	switch {
	case slices.Contains(all, string(MyNumber)):
		return "yes"
	case slices.Contains(all, sure):
		return "no"
	}
	return "unknown"
}

// Inventory is what the data inventory of an incident says.
type Inventory struct {
	Items    []Leaked
	Persons  int64
	MyNumber bool
	// There says that the form stands in the fact sheet; where people wrote something else it does not.
	There bool
}

// Inventory puts the form of the data inventory into the item of the fact sheet that names the data,
// when nothing stands there, and reads what is marked. It works in the caller's transaction and needs
// facts.write.
func (s *Store) Inventory(ctx context.Context, tx *db.Tx, by actor.Actor, incidentID string) (out Inventory, err error) {
	if err := by.Need(actor.FactsWrite); err != nil {
		return out, err
	}
	if err := s.Enter(ctx, tx, incidentID); err != nil {
		return out, err
	}
	f, err := s.FactSheet(ctx, tx, incidentID)
	if err != nil {
		return out, err
	}
	if f.Items[FactData].Text == "" && f.Items[FactData].Known == FactInvestigating {
		c := f.Tidied()
		c.Items[FactData] = Fact{Text: inventoryForm(), Known: FactInvestigating}
		if f, err = s.addFacts(ctx, tx, by, incidentID, f.Version, c); err != nil {
			return out, err
		}
	}
	out.Items, out.There = f.Marked()
	out.Persons, out.MyNumber = f.Persons, slices.Contains(out.Items, MyNumber)
	return out, nil
}
