package audit

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"tasuke/internal/db"
)

// sentences are the words of the report in one language. Verify runs without the product, on an
// auditor's machine, so they live here and not in the screens' catalogue.
type sentences struct {
	tree                                                           map[Tree]string
	head, stored, storedNone, outside, outsideNone                 string
	changed, missing, missingRow, dropped, rewritten, hash         string
	unsigned, byStored, byOutside                                  string
	window, windowNone, leafless, windowMeaning, more, good, wrong string
}

var languages = map[string]sentences{
	"ja": {
		tree:          map[Tree]string{Main: "監査証跡", Access: "閲覧記録"},
		head:          "■ %s（%s）: %d 行",
		stored:        "  データベース内のチェックポイント %d 件。一致した最新のもの: %d 行まで、%s",
		storedNone:    "  データベース内のチェックポイント %d 件。一致したものはありません。",
		outside:       "  外部保管のチェックポイントと一致: %d 行まで、%s",
		outsideNone:   "  外部保管のチェックポイントとの照合: なし（末尾の行の抜き取りは、外部のものでしか検出できません）",
		changed:       "  × 書き換え: %d 番 記録ID %s 操作 %s 対象 %s %s（現在の内容）%s",
		missing:       "  × 欠落: %d 番から %d 番までの記録がありません。",
		missingRow:    "  × 欠落: %d 番 記録ID %s の本文がありません。",
		dropped:       "  × 欠落: %[3]sで署名された %[1]d 番から %[2]d 番までの記録がありません。",
		rewritten:     "  × 書き換え: %[3]sと根ハッシュが違います。変更箇所は %[1]d 番から %[2]d 番までの間です。",
		hash:          "  × 木のハッシュ: %d 番から %d 番を束ねる値が無いか、変えられています（記録そのものは別途照合）。",
		unsigned:      "  × 署名: %[2]s（%[1]d 行）が読めないか、この公開鍵の署名ではありません。",
		byStored:      "データベース内のチェックポイント",
		byOutside:     "外部保管のチェックポイント",
		window:        "  未証明の期間: %s から %s まで、現在 %d 行",
		windowNone:    "  未証明の期間: 記録もチェックポイントもまだありません。",
		leafless:      "（うち木に未登録 %d 行）",
		windowMeaning: "    この期間に書かれた行の変更・抜き取りは、次のチェックポイントを外部に保管するまで検出できません。",
		more:          "  ほかに %d 件",
		good:          "結果: 異常は見つかりませんでした。",
		wrong:         "結果: 異常があります。データベースを変更せずに保全し、外部保管のチェックポイントと控えを照合してください。",
	},
	"en": {
		tree:          map[Tree]string{Main: "Audit trail", Access: "Access trail"},
		head:          "# %s (%s): %d rows",
		stored:        "  %d checkpoints in the database; the newest that agrees: %d rows, %s",
		storedNone:    "  %d checkpoints in the database; none agrees.",
		outside:       "  Agrees with the outside checkpoint: %d rows, %s",
		outsideNone:   "  Outside checkpoint: none compared (rows dropped from the end can be noticed only by one kept outside)",
		changed:       "  x Changed: no. %d entry %s action %s object %s %s (as it now reads) %s",
		missing:       "  x Missing: no. %d to %d are gone.",
		missingRow:    "  x Missing: no. %d entry %s has lost its content.",
		dropped:       "  x Missing: no. %d to %d were signed by %s and are gone.",
		rewritten:     "  x Rewritten: a row from no. %d to %d is not what it was; the root differs from %s.",
		hash:          "  x Tree hash: the value over no. %d to %d is gone or altered (the rows themselves are checked apart).",
		unsigned:      "  x Signature: at %d rows, %s is unreadable or not signed by this public key.",
		byStored:      "a checkpoint in the database",
		byOutside:     "the outside checkpoint",
		window:        "  Not proved yet: from %s to %s, %d rows now",
		windowNone:    "  Not proved yet: there is neither row nor checkpoint.",
		leafless:      " (%d of them not in the tree yet)",
		windowMeaning: "    Changes to rows written in this time, and rows dropped from it, cannot be noticed until the next checkpoint is kept outside.",
		more:          "  and %d more",
		good:          "Result: nothing wrong was found.",
		wrong:         "Result: something is wrong. Preserve the database as it is, and compare it with the checkpoints and backups kept outside.",
	},
}

var errLanguage = errors.New("the report is written in ja or en")

// jst is named by its offset, so that an auditor's machine needs no zone files.
var jst = time.FixedZone("JST", 9*60*60)

func when(at db.Instant) string { return at.In(jst).Format("2006-01-02 15:04:05 MST") }

// Write prints the report in "ja" or "en", times in Japan's.
func (r Report) Write(w io.Writer, lang string) error {
	s, ok := languages[lang]
	if !ok {
		return fmt.Errorf("%w: %q", errLanguage, lang)
	}
	var b strings.Builder
	for _, t := range r.Trees {
		s.covered(&b, t)
		for _, p := range t.Problems {
			fmt.Fprintln(&b, s.problem(p))
		}
		if t.More > 0 {
			fmt.Fprintf(&b, s.more+"\n", t.More)
		}
		s.open(&b, t.Uncovered)
	}
	result := s.good
	if !r.OK() {
		result = s.wrong
	}
	fmt.Fprintln(&b, result)
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("print the report: %w", err)
	}
	return nil
}

func (s sentences) covered(b *strings.Builder, t TreeReport) {
	fmt.Fprintf(b, s.head+"\n", s.tree[t.Tree], t.Tree, t.Size)
	if t.Stored.Size > 0 {
		fmt.Fprintf(b, s.stored+"\n", t.Checkpoints, t.Stored.Size, when(t.Stored.At))
	} else {
		fmt.Fprintf(b, s.storedNone+"\n", t.Checkpoints)
	}
	if t.Outside.Size > 0 {
		fmt.Fprintf(b, s.outside+"\n", t.Outside.Size, when(t.Outside.At))
	} else {
		fmt.Fprintln(b, s.outsideNone)
	}
}

func (s sentences) open(b *strings.Builder, w Window) {
	if w.From.IsZero() {
		fmt.Fprintln(b, s.windowNone)
		return
	}
	fmt.Fprintf(b, s.window, when(w.From), when(w.To), w.Count)
	if w.Leafless > 0 {
		fmt.Fprintf(b, s.leafless, w.Leafless)
	}
	fmt.Fprintln(b, "\n"+s.windowMeaning)
}

func (s sentences) problem(p Problem) string {
	by := s.byStored
	if p.Outside {
		by = s.byOutside
	}
	switch p.Kind {
	case Changed:
		return fmt.Sprintf(s.changed, p.From, p.Row.ID, p.Row.Action, p.Row.ObjectKind, p.Row.ObjectID, when(p.Row.At))
	case Missing:
		if p.Row.ID != "" {
			return fmt.Sprintf(s.missingRow, p.From, p.Row.ID)
		}
		return fmt.Sprintf(s.missing, p.From, p.To)
	case Dropped:
		return fmt.Sprintf(s.dropped, p.From, p.To, by)
	case Rewritten:
		return fmt.Sprintf(s.rewritten, p.From, p.To, by)
	case Hash:
		return fmt.Sprintf(s.hash, p.From, p.To)
	case Unsigned:
		return fmt.Sprintf(s.unsigned, p.To+1, by)
	}
	return fmt.Sprintf("  x %s %d-%d", p.Kind, p.From, p.To)
}
