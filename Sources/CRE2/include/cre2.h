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

#ifdef __cplusplus
}
#endif

#endif
