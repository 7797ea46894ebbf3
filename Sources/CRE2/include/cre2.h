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

/// Many expressions that are matched at once; each must match the whole text.
/// Once compiled, any number of threads may match with one set at the same time.
typedef struct weir_re2_set weir_re2_set;

/// An empty set, to be freed with `weir_re2_set_free`.
weir_re2_set *weir_re2_set_new(void);

/// Adds an expression; the first has number 0. On refusal returns false and writes the reason as `weir_re2_is_valid`.
bool weir_re2_set_add(weir_re2_set *set, const char *pattern, size_t length, char *reason, size_t capacity);

/// Ends the adding. A set too large to be compiled as one still matches, one expression after the other.
void weir_re2_set_compile(weir_re2_set *set);

/// Writes the numbers of the expressions that match `text`, in no order, at most `capacity`; returns how many it wrote.
size_t weir_re2_set_matches(const weir_re2_set *set, const char *text, size_t length, int *matches, size_t capacity);

/// Frees a set; NULL is allowed.
void weir_re2_set_free(weir_re2_set *set);

#ifdef __cplusplus
}
#endif

#endif
