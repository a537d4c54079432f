package tables

import (
	"context"

	"tasuke/internal/db"
)

// Read opens a roll-up that nobody writes, to look at it; the file stays as it is to the byte.
func Read(ctx context.Context, file string) (*Index, error) {
	d, err := db.OpenReadOnly(ctx, file)
	if err != nil {
		return nil, err
	}
	return &Index{d, true}, nil
}
