package vault

import (
	"container/list"
	"sync"
	"time"

	"tasuke/internal/db"
)

const (
	cacheSize = 8192
	// fresh is how long a key is used without asking the database again. Another node that
	// erased the subject is heard of after this time at the latest.
	fresh = 30 * time.Second
)

// cache keeps the least long unused keys in memory.
type cache struct {
	mu       sync.Mutex
	max      int
	order    *list.List // of *entry, the last used first
	ids      map[string]*list.Element
	subjects map[string]*list.Element
	// erased remembers what this process destroyed: a reader on an older snapshot must not
	// bring the key back.
	erased map[string]struct{}
}

type entry struct {
	key *Key
	at  db.Instant
}

func newCache(n int) *cache {
	return &cache{max: n, order: list.New(), ids: map[string]*list.Element{}, subjects: map[string]*list.Element{}, erased: map[string]struct{}{}}
}

func (c *cache) byID(id string, now db.Instant) *Key { return c.get(c.ids, id, now) }

func (c *cache) bySubject(s string, now db.Instant) *Key { return c.get(c.subjects, s, now) }

func (c *cache) get(in map[string]*list.Element, name string, now db.Instant) *Key {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := in[name]
	if e == nil {
		return nil
	}
	it := e.Value.(*entry)
	if age := now.Sub(it.at); age > fresh || age < -fresh {
		c.drop(e)
		return nil
	}
	c.order.MoveToFront(e)
	return it.key
}

func (c *cache) put(k *Key, now db.Instant) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, gone := c.erased[k.Subject]; gone {
		return
	}
	if e := c.subjects[k.Subject]; e != nil {
		c.drop(e)
	}
	e := c.order.PushFront(&entry{k, now})
	c.ids[k.id.String()], c.subjects[k.Subject] = e, e
	for c.order.Len() > c.max {
		c.drop(c.order.Back())
	}
}

// forget drops a subject's key; for good once the erasure is durable.
func (c *cache) forget(subject string, durable bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if durable {
		c.erased[subject] = struct{}{}
	}
	if e := c.subjects[subject]; e != nil {
		c.drop(e)
	}
}

func (c *cache) drop(e *list.Element) {
	it := c.order.Remove(e).(*entry)
	delete(c.ids, it.key.id.String())
	delete(c.subjects, it.key.Subject)
}
