package cache

import "testing"

var loads = map[string]int{}

func TestGetLoadsOnce(t *testing.T) {
	c := New(func(key string) (int, error) {
		loads[key]++
		return len(key), nil
	})
	for range 3 {
		if v, err := c.Get("four"); err != nil || v != 4 {
			t.Fatalf("Get = %d, %v", v, err)
		}
	}
	if loads["four"] != 1 {
		t.Errorf("loaded %d times", loads["four"])
	}
}
