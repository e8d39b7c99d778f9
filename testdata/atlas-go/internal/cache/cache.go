// Package cache keeps loaded values by key.
package cache

import "sync"

// Cache keeps what load has returned for a key until it is forgotten.
type Cache[K comparable, V any] struct {
	mu    sync.Mutex
	items map[K]V
	load  func(K) (V, error)
}

// New returns an empty cache.
func New[K comparable, V any](load func(K) (V, error)) *Cache[K, V] {
	return &Cache[K, V]{items: make(map[K]V), load: load}
}

// Get returns the value of a key, loaded at its first use.
func (c *Cache[K, V]) Get(key K) (V, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if v, ok := c.items[key]; ok {
		return v, nil
	}
	v, err := c.load(key)
	if err != nil {
		return v, err
	}
	c.items[key] = v
	return v, nil
}

// Forget drops the value of a key.
func (c *Cache[K, V]) Forget(key K) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.items, key)
}
