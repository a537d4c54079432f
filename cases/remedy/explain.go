package remedy

import "fmt"

// Explain says in a sentence how one line of the account came about.
func (c Calculation) Explain(l Line, lang string) string {
	if lang == "en" {
		return c.english(l)
	}
	return c.japanese(l)
}

// counted is the number of transactions that add to the loss or take off it.
func (c Calculation) counted() (n int) {
	for _, i := range c.Items {
		if i.Why == Lost || i.Why == Brought {
			n++
		}
	}
	return n
}

func (c Calculation) feed() (n int) {
	for _, i := range c.Items {
		if i.FeeYen > 0 {
			n++
		}
	}
	return n
}

var (
	basisJA = map[Basis]string{WithdrawnAmount: "不正に出金された金額", BuyMinusSell: "不正に買い付けられた金額から、その株式等の売却で得られた金額を差し引いた額"}
	basisEN = map[Basis]string{WithdrawnAmount: "the amount withdrawn without authority", BuyMinusSell: "what was paid in unauthorized purchases less what the sale of that stock brought"}
	roundJA = map[Rounding]string{Floor: "1円未満切捨て", Ceil: "1円未満切上げ"}
	roundEN = map[Rounding]string{Floor: "fractions of a yen dropped", Ceil: "fractions of a yen rounded up"}
)

func (c Calculation) japanese(l Line) string {
	switch l.Step {
	case StepItems:
		return fmt.Sprintf("%s。対象は%d件（全%d件）。方針 %s 第%d版を、最初の不正取引の日 %s により適用。", basisJA[c.Basis], c.counted(), len(c.Items), c.PolicyID, c.PolicyVersion, c.DamageDay)
	case StepGain:
		return "差引きが利益となるため、損失は0円とします。"
	case StepOffset:
		return fmt.Sprintf("金融機関から回収した %s円のうち、損失の範囲で差し引きます。", Grouped(c.RecoveredYen))
	case StepShare:
		return fmt.Sprintf("%s円 × %s（%s）。", Grouped(c.BaseYen), Percent(c.RateBP), roundJA[c.Rounding]) + c.deviationJA()
	case StepFees:
		return fmt.Sprintf("不正取引に伴う手数料 %d件を全額お返しします。", c.feed())
	case StepConsolation:
		return "方針に定める見舞金です。"
	case StepCap:
		return fmt.Sprintf("方針に定める上限 %s円を超える部分を除きます。", Grouped(c.CapYen))
	}
	return ""
}

func (c Calculation) deviationJA() string {
	if !c.Deviates() {
		return ""
	}
	return fmt.Sprintf("方針の割合は %s で、個別の事情により変更しています。", Percent(c.PolicyRateBP))
}

func (c Calculation) english(l Line) string {
	switch l.Step {
	case StepItems:
		return fmt.Sprintf("Basis: %s. %d of %d transactions count. Policy %s version %d applies by the day of the first of them, %s.", basisEN[c.Basis], c.counted(), len(c.Items), c.PolicyID, c.PolicyVersion, c.DamageDay)
	case StepGain:
		return "The balance is a gain, so the loss is ¥0."
	case StepOffset:
		return fmt.Sprintf("Of the ¥%s that came back from banks, as much as the loss is taken off.", Grouped(c.RecoveredYen))
	case StepShare:
		return fmt.Sprintf("¥%s × %s (%s).", Grouped(c.BaseYen), Percent(c.RateBP), roundEN[c.Rounding]) + c.deviationEN()
	case StepFees:
		return fmt.Sprintf("The fees of %d unauthorized transactions are refunded in full.", c.feed())
	case StepConsolation:
		return "The consolation payment that the policy names."
	case StepCap:
		return fmt.Sprintf("What is above the policy's limit of ¥%s is left out.", Grouped(c.CapYen))
	}
	return ""
}

func (c Calculation) deviationEN() string {
	if !c.Deviates() {
		return ""
	}
	return fmt.Sprintf(" The policy's rate is %s; it was changed for the circumstances of this case.", Percent(c.PolicyRateBP))
}
