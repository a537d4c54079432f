package incident

import (
	"fmt"
	"strings"
)

// Extent is what a severity is proposed from.
type Extent struct {
	Kind         Kind
	SystemBreach Breach
	Victims      int64 // persons claimed and not excluded
	LossYen      int64 // as claimed, or as calculated where that is more
}

// The bounds of operations.md 5, H2, and below them those of the house.
const (
	manyVictims, someVictims = 10, 3
	muchYen, someYen         = 100_000_000, 10_000_000
)

// ProposeSeverity gives the severity that the extent asks for (H2: S1 from 10 victims, 100 million
// yen or a breach of the firm's own system) and why, in both languages. It decides nothing: the
// severity of an incident is a person's.
func ProposeSeverity(x Extent) (s Severity, reason string) {
	severe, serious := x.reasons(manyVictims, muchYen, "confirmed"), x.reasons(someVictims, someYen, "suspected")
	switch {
	case len(severe) > 0:
		return "S1", strings.Join(severe, "、")
	case len(serious) > 0:
		return "S2", strings.Join(serious, "、")
	case x.Kind == OwnLeak || x.Kind == VendorLeak:
		return "S2", "顧客情報の漏えい / leak of customer data"
	case x.Victims > 0 || x.LossYen > 0:
		return "S3", fmt.Sprintf("被害者 %d人、%d円 / %d victims, JPY %d", x.Victims, x.LossYen, x.Victims, x.LossYen)
	}
	return "S4", "被害者なし / no victim so far"
}

func (x Extent) reasons(victims, yen int64, breach Breach) (out []string) {
	if x.Victims >= victims {
		out = append(out, fmt.Sprintf("被害者 %d人（%d人以上） / %d victims (%d or more)", x.Victims, victims, x.Victims, victims))
	}
	if x.LossYen >= yen {
		out = append(out, fmt.Sprintf("被害額 %d円（%d円以上） / JPY %d (%d or more)", x.LossYen, yen, x.LossYen, yen))
	}
	if x.SystemBreach == breach {
		out = append(out, map[Breach]string{"confirmed": "当社システムへの侵害を確認 / own system breached", "suspected": "当社システムへの侵害の疑い / breach of own system suspected"}[breach])
	}
	return out
}
