package audit

import "context"

// ReadCheckpoint is the part of Verify that reads files from outside.
func ReadCheckpoint(public string, file []byte) error {
	keys, err := verifiers(public)
	if err != nil {
		return err
	}
	_, err = outsideMarks(keys, file)
	return err
}

// Requeue is what Run does at start.
func (l *Log) Requeue(ctx context.Context) error { return l.requeue(ctx) }
