package signin

import (
	"testing"

	"tasuke/internal/actor"
)

func TestNames(t *testing.T) {
	each(t, map[string]func(*testing.T, *kit){
		"an unknown, an empty and a system id have no name and are no error": func(t *testing.T, k *kit) {
			for _, id := range []string{"", "0198e1f2-0000-7000-8000-000000000000", "system:import", "' OR 1=1 --"} {
				if name, err := k.Name(t.Context(), id); err != nil || name != "" {
					t.Errorf("%q: got %q, %v", id, name, err)
				}
			}
		},
		"a disabled colleague keeps the name and is offered no work": func(t *testing.T, k *kit) {
			a, b := k.person("a.mori", actor.Responder), k.person("b.abe", actor.Operator)
			_, err := k.Disable(t.Context(), root, b.ID, b.Rev)
			k.must(err)
			name, err := k.Name(t.Context(), b.ID)
			k.must(err)
			if name != b.DisplayName {
				t.Errorf("got %q", name)
			}
			list, err := k.Colleagues(t.Context())
			k.must(err)
			if len(list) != 1 || list[0].ID != a.ID || !list[0].Actor().May(actor.TaskWork) {
				t.Errorf("got %+v", list)
			}
		},
	})
}
