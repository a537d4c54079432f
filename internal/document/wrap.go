package document

// wrap breaks rs, which has no line feed, into lines no wider than measure. Spaces at a break belong to neither line:
// rs is the lines joined, with the white space at the breaks left out. A single character wider than measure gets a
// line of its own; that and a run of marks that may neither begin nor end a line are the only exceptions to the rules.
func wrap(rs []rune, measure float64, width func(rune) float64) [][]rune {
	var lines [][]rune
	for start := 0; ; {
		end := fit(rs, start, measure, width)
		if end == len(rs) {
			return append(lines, trimEnd(rs[start:]))
		}
		lines = append(lines, trimEnd(rs[start:end]))
		start = end
		for start < len(rs) && rs[start] != nbsp && blank(rs[start]) {
			start++
		}
		if start == len(rs) {
			return lines
		}
	}
}

// fit is the end of the line that begins at start, always further than start unless nothing is left.
func fit(rs []rune, start int, measure float64, width func(rune) float64) int {
	x, limit := 0.0, start
	for limit < len(rs) {
		x += width(rs[limit])
		// Spaces hang over the edge: they are cut off with the break behind them.
		if x > measure+slack && (rs[limit] == nbsp || !blank(rs[limit])) {
			break
		}
		limit++
	}
	if limit == len(rs) {
		return limit
	}
	return lastBreak(rs, start, limit)
}

// slack is far below what is seen and above what adding up rounded widths can come to, in points.
const slack = 0.001

// lastBreak is the best place at or before limit to end a line: between words, else inside one, else anywhere.
func lastBreak(rs []rune, start, limit int) int {
	for end := limit; end > start; end-- {
		if mayBreak(rs, end) && len(trimEnd(rs[start:end])) > 0 {
			return end
		}
	}
	for end := limit; end > start; end-- {
		if !blank(rs[end]) && !forbidden(rs, end) {
			return end
		}
	}
	return max(limit, start+1)
}

func trimEnd(rs []rune) []rune {
	for len(rs) > 0 && blank(rs[len(rs)-1]) && rs[len(rs)-1] != nbsp {
		rs = rs[:len(rs)-1]
	}
	return rs
}
