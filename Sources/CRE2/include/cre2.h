// A C face for the few parts of RE2 that Weir uses, so that its regular expressions have RE2's own dialect.
#ifndef WEIR_CRE2_H
#define WEIR_CRE2_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Tells whether RE2 accepts `pattern`; on refusal writes its reason, cut to `capacity` and ended by 0, into `reason`.
bool weir_re2_is_valid(const char *pattern, size_t length, char *reason, size_t capacity);

/// A compiled expression; any number of threads may match with one at the same time.
typedef struct weir_re2 weir_re2;

/// Compiles `pattern`; on refusal returns NULL and writes the reason as `weir_re2_is_valid` does.
/// The result is to be freed with `weir_re2_free`.
weir_re2 *weir_re2_compile(const char *pattern, size_t length, char *reason, size_t capacity);

/// Tells whether the expression matches anywhere in `text`; it is unanchored unless it anchors itself.
bool weir_re2_finds(const weir_re2 *expression, const char *text, size_t length);

/// Frees an expression; NULL is allowed.
void weir_re2_free(weir_re2 *expression);

#ifdef __cplusplus
}
#endif

#endif
