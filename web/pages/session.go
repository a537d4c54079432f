package pages

import (
	"context"

	"tasuke/internal/fault"
	"tasuke/internal/signin"
)

// FromSession finds the person of a request's session.
func FromSession(m *signin.Sessions, s *signin.Service) func(context.Context) (Person, bool, error) {
	return func(ctx context.Context) (Person, bool, error) {
		id, epoch, ok := m.Who(ctx)
		if !ok {
			return Person{}, false, nil
		}
		a, err := s.Current(ctx, id, epoch)
		if fault.Is(err, fault.Unauthorized) {
			return Person{}, false, nil
		}
		if err != nil {
			return Person{}, false, err
		}
		return Person{Actor: a.Actor(), Lang: a.Lang, Theme: a.Theme, MustChange: a.MustChange}, true, nil
	}
}
