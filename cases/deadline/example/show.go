package example

import (
	"fmt"
	"slices"
	"strings"

	"tasuke/cases/deadline"
)

// Show writes a value of an example on one line, fields in the order of the format.
func Show(value any) string {
	switch v := value.(type) {
	case nil:
		return "none"
	case map[string]any:
		return "{" + pairs(v, keys(v)) + "}"
	case []any:
		var items []string
		for _, item := range v {
			items = append(items, Show(item))
		}
		return "[" + strings.Join(items, ", ") + "]"
	}
	return fmt.Sprint(value)
}

// Expectation is what the example expects, on one line.
func (v Verdict) Expectation() string { return pairs(v.Example.Expected, keys(v.Example.Expected)) }

// Result is what the rules gave for the fields that the example names.
func (v Verdict) Result() string {
	var named []string
	for _, name := range keys(v.Example.Expected) {
		if _, ok := v.Got[name]; ok {
			named = append(named, name)
		}
	}
	if len(named) == 0 {
		return "none"
	}
	return pairs(v.Got, named)
}

func pairs(values map[string]any, names []string) string {
	var all []string
	for _, name := range names {
		all = append(all, name+"="+Show(values[name]))
	}
	return strings.Join(all, " ")
}

// keys of a value, in the order of the format.
func keys(value map[string]any) []string {
	var names []string
	for name := range value {
		names = append(names, name)
	}
	order := slices.Concat(fields["alternatives"][:1], fields["expected"], fields["range"], fields["rolled_over"])
	slices.SortFunc(names, func(a, b string) int { return slices.Index(order, a) - slices.Index(order, b) })
	return names
}

// typed gives a parameter of a file in the form in which a person would type it.
func typed(p deadline.Parameter, value any) (string, error) {
	switch v := value.(type) {
	case []any:
		if p.Kind != deadline.Items {
			break
		}
		var items []string
		for _, item := range v {
			items = append(items, fmt.Sprint(item))
		}
		return strings.Join(items, ","), nil
	case string, int, int64, uint64:
		if p.Kind == deadline.Items {
			break
		}
		return fmt.Sprint(v), nil
	}
	return "", fmt.Errorf("parameter %s is of kind %s, not %v", p.Name, p.Kind, value)
}
