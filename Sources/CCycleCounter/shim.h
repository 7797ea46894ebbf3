#include <stdint.h>
#include <time.h>

/* The processor's own clock, and the system's to compare it with. Swift has no words for the first. */

static inline uint64_t weir_monotonic_nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* What the counter says once everything before it in the program has been done: without the barrier the processor reads
   it while earlier work is still under way, and charges that work to whatever comes next. */
#if defined(__x86_64__)

#include <cpuid.h>

#define WEIR_CYCLE_COUNTER "rdtsc"

static inline uint64_t weir_cycles(void) {
  uint32_t low, high;
  __asm__ volatile("lfence\n\trdtsc" : "=a"(low), "=d"(high) : : "memory");
  return (uint64_t)high << 32 | low;
}

/* Whether the rate is the same in all states of the processor (AMD64 manual, volume 3, CPUID 8000_0007h, EDX bit 8). */
static inline int weir_cycles_are_steady(void) {
  unsigned int a, b, c, d;
  return __get_cpuid(0x80000007, &a, &b, &c, &d) != 0 && (d >> 8 & 1) != 0;
}

#elif defined(__aarch64__)

#define WEIR_CYCLE_COUNTER "cntvct"

static inline uint64_t weir_cycles(void) {
  uint64_t count;
  __asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(count) : : "memory");
  return count;
}

/* The architecture says so (Arm ARM, D12). */
static inline int weir_cycles_are_steady(void) { return 1; }

#else

#define WEIR_CYCLE_COUNTER "clock_gettime"

static inline uint64_t weir_cycles(void) { return weir_monotonic_nanoseconds(); }

static inline int weir_cycles_are_steady(void) { return 1; }

#endif

/* What so many reads in a row take, in ticks. Here, because a loop in Swift costs more than a read where nothing is
   optimised. */
static inline uint64_t weir_cycles_of_reads(uint32_t count) {
  uint64_t first = weir_cycles(), last = first;
  while (count-- > 0) last = weir_cycles();
  return last - first;
}
