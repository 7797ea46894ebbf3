/* Swift has no word for a prefetch. */
static inline void prefetch(const void *address) { __builtin_prefetch(address); }
