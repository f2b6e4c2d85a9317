// Swift has no word for the processor's prefetch.
static inline void cache_fetch(const void *address) { __builtin_prefetch(address); }
