package text

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

var (
	dateParts = regexp.MustCompile(`^(明治|大正|昭和|平成|令和|[mtshr])?\s*(元|\d{1,4})[-/.年]\s*(\d{1,2})[-/.月]\s*(\d{1,2})日?$`)
	dateBare  = regexp.MustCompile(`^\d{8}$`)
)

// eraStart is the year before the first of each era (和暦).
var eraStart = map[string]int{
	"明治": 1867, "m": 1867, "大正": 1911, "t": 1911, "昭和": 1925, "s": 1925, "平成": 1988, "h": 1988, "令和": 2018, "r": 2018,
}

// Date reads a date as people and other systems write it (1980-01-02, 1980/1/2, 19800102,
// 1980年1月2日, 昭和55年1月2日, S55.1.2) and gives it as 1980-01-02; false when it is not a date
// of the years 1868 to 2199.
func Date(s string) (string, bool) {
	s = strings.TrimSpace(Fold(s))
	y, m, d := 0, "", ""
	if p := dateParts.FindStringSubmatch(s); p != nil {
		n := 1
		if p[2] != "元" {
			n, _ = strconv.Atoi(p[2]) // at most four digits by the pattern
		}
		if p[1] == "" && len(p[2]) != 4 || p[1] != "" && len(p[2]) > 3 {
			return "", false
		}
		y, m, d = n+eraStart[p[1]], p[3], p[4]
	} else if dateBare.MatchString(s) {
		y, _ = strconv.Atoi(s[:4])
		m, d = s[4:6], s[6:]
	}
	if y < 1868 || y > 2199 {
		return "", false
	}
	t, err := time.Parse("2006-1-2", strconv.Itoa(y)+"-"+m+"-"+d)
	if err != nil {
		return "", false
	}
	return t.Format(time.DateOnly), true
}
