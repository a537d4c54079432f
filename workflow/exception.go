package workflow

import "fmt"

// except begins the exception path of the run as a run of its own. The caller has put away what was
// not over and has noted what the run ends with (GivingUp).
func (t *turn) except() error {
	v, err := t.s.version(t.ctx, t.tx, t.run.VersionID)
	if err != nil {
		return err
	}
	t.run.Phase = Excepting
	if err := t.saveRun(); err != nil {
		return err
	}
	if err := t.block(t.whole.Exception.Block, "").launch(v, nil); err != nil {
		return fmt.Errorf("begin the exception path: %w", err)
	}
	return nil
}

// excepted ends a run whose exception path is over: with what it was given up for, however the path
// itself ended.
func (t *turn) excepted(*turn) error {
	if t.run.State != Running || t.run.Phase != Excepting {
		return nil
	}
	t.run.Phase = Stepping
	if err := t.asEngine(func() error { return t.end(t.run.GivingUp) }); err != nil {
		return err
	}
	return t.report()
}
