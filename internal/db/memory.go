package db

/*
#include <stdlib.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

// SQLite makes and throws away small tables of its own for every "x IN ('a', 'b', 'c')", also in a
// CHECK: some 90 kB each. The C library gives so much memory back to the system at once and asks for
// it again at the next, page by page; in a step of a playbook that was a fifth of the work.
static void keep_memory(void) {
#ifdef __GLIBC__
	mallopt(M_TRIM_THRESHOLD, 16 << 20);
	mallopt(M_MMAP_THRESHOLD, 4 << 20);
#endif
}
*/
import "C"

import "sync"

// keepMemory has the C library keep up to 16 MB that SQLite has freed.
var keepMemory = sync.OnceFunc(func() { C.keep_memory() })
