package incident

// Proposed lists the items of Rule 7 that count for a kind of incident until legal has decided.
func Proposed(k Kind) []string { return proposal(k)[paramItems].Items }
