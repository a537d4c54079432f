package view

import "context"

// keptKey is where the texts of a form that is gone wait for the page.
type keptKey struct{}

// WithKept hands the page the texts that were typed and have no field any more.
func WithKept(ctx context.Context, texts []string) context.Context {
	return context.WithValue(ctx, keptKey{}, texts)
}

func kept(ctx context.Context) []string {
	texts, _ := ctx.Value(keptKey{}).([]string)
	return texts
}
