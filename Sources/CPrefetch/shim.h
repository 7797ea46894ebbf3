/* Swift has no word for a prefetch. A hint only: any address will do, even one that is not mapped. */
static inline void weir_prefetch(const void *address) { __builtin_prefetch(address); }

/* The same for a line that will be written. */
static inline void weir_prefetch_for_writing(const void *address) { __builtin_prefetch(address, 1); }

/* A load that is made though nobody uses it. */
static inline void weir_touch(const void *address) { (void)*(const volatile char *)address; }

/* Tells the processor that the thread only waits for another, for a few dozen cycles. */
static inline void weir_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}
