package page

import "tasuke/contacts/disclosure/notice"

// words are what a page says beside the notice.
type words struct {
	List, None, OtherLang, OtherCode, Draft, What, Stage, Number, DraftMark string
}

func wordsIn(l notice.Language) words {
	if l == notice.English {
		return words{"Notices", "No notice has been published.", "日本語", "ja", "Draft. Nothing of this has been published.", "What was counted", "How sure", "Number", "Draft (not published)"}
	}
	return words{"公表資料", "公表した資料はありません。", "English", "en", "案です。この内容はまだ公表していません。", "数えたもの", "確かさ", "件数", "案（未公表）"}
}

// noted is the sentence of a note.
func noted(l notice.Language, n Note) string {
	at := notice.Document{Language: l, At: n.At}.Moment()
	if l == notice.English {
		switch n.Status {
		case "corrected":
			return "This notice was wrong and was corrected on " + at + " by " + n.No + ". What follows is what it said."
		case "withdrawn":
			return "This notice was withdrawn on " + at + ". What follows is what it said."
		case "superseded":
			return "There is a newer notice, " + n.No + " of " + at + "."
		}
		return ""
	}
	switch n.Status {
	case "corrected":
		return "この公表には誤りがあり、" + at + "に " + n.No + " により訂正しました。以下は訂正前の内容です。"
	case "withdrawn":
		return "この公表は" + at + "に取り下げました。以下は取下げ前の内容です。"
	case "superseded":
		return at + "に新しい公表 " + n.No + " があります。"
	}
	return ""
}

// mark is what every sheet of paper says of a notice that does not stand.
func mark(l notice.Language, status string) string {
	if l == notice.English {
		return map[string]string{"corrected": "Corrected", "withdrawn": "Withdrawn", "superseded": "Not the newest notice"}[status]
	}
	return map[string]string{"corrected": "訂正済み（旧版）", "withdrawn": "取下げ済み", "superseded": "続報あり"}[status]
}
