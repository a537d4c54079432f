package pages_test

import (
	"net/http"
	"net/url"
	"testing"
)

// TestATextWhoseFormIsGoneIsShownAgain posts what a second tab still had open.
func TestATextWhoseFormIsGoneIsShownAgain(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"the texts that were written, and no choice, number or date": func(_ *testing.T, h *house) {
			h.finish("operator", "intake", "done")
			s := h.step("intake")
			h.post("operator", "/tasks/"+s.StepRun.ID+"/complete", url.Values{"rev": {"999"}, "outcome": {"done"}, "note": {"書きかけ <b>\r\nの文章"}, "at": {"2999-11-01"}}).
				says(http.StatusConflict, "入力した文章", "書きかけ <b>\nの文章").lacks("2999-11-01")
		},
		"nothing when the form still has it": func(_ *testing.T, h *house) {
			s := h.step("intake")
			h.post("operator", "/tasks/"+s.StepRun.ID+"/complete", url.Values{"rev": {"999"}, "outcome": {"done"}, "comment": {"手元の メモ"}}).
				says(http.StatusConflict, "手元の メモ").lacks("入力した文章")
		},
		"never a password": func(_ *testing.T, h *house) {
			h.finish("operator", "intake", "done")
			s := h.step("intake")
			h.post("operator", "/tasks/"+s.StepRun.ID+"/complete", url.Values{"rev": {"999"}, "outcome": {"done"}, "password": {"新しい 合言葉"}, "old": {"古い 合言葉"}, "again": {"別の 合言葉"}}).
				says(http.StatusConflict).lacks("合言葉", "入力した文章")
		},
	})
}
