package migrations

// Provider and Sources are what the tests need to apply one file at a time.
var (
	Provider = provider
	Sources  = sources
)
