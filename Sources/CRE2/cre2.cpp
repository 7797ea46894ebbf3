#include "cre2.h"

#include <re2/re2.h>

#include <cstdio>

bool weir_re2_is_valid(const char *pattern, size_t length, char *reason, size_t capacity) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  re2::RE2 expression(re2::StringPiece(pattern, length), options);
  if (expression.ok()) return true;
  if (capacity > 0) std::snprintf(reason, capacity, "%s", expression.error().c_str());
  return false;
}
