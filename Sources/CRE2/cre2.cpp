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

struct weir_re2 {
  re2::RE2 expression;
  weir_re2(re2::StringPiece pattern, const re2::RE2::Options &options) : expression(pattern, options) {}
};

weir_re2 *weir_re2_compile(const char *pattern, size_t length, char *reason, size_t capacity) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  weir_re2 *compiled = new weir_re2(re2::StringPiece(pattern, length), options);
  if (compiled->expression.ok()) return compiled;
  if (capacity > 0) std::snprintf(reason, capacity, "%s", compiled->expression.error().c_str());
  delete compiled;
  return nullptr;
}

bool weir_re2_finds(const weir_re2 *expression, const char *text, size_t length) {
  return re2::RE2::PartialMatch(re2::StringPiece(text, length), expression->expression);
}

void weir_re2_free(weir_re2 *expression) { delete expression; }
