#include "cre2.h"

#include <re2/re2.h>
#include <re2/set.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

static re2::RE2::Options quiet() {
  re2::RE2::Options options;
  options.set_log_errors(false);
  return options;
}

bool weir_re2_is_valid(const char *pattern, size_t length, char *reason, size_t capacity) {
  re2::RE2 expression(re2::StringPiece(pattern, length), quiet());
  if (expression.ok()) return true;
  if (capacity > 0) std::snprintf(reason, capacity, "%s", expression.error().c_str());
  return false;
}

struct weir_re2 {
  re2::RE2 expression;
  weir_re2(re2::StringPiece pattern, const re2::RE2::Options &options) : expression(pattern, options) {}
};

weir_re2 *weir_re2_compile(const char *pattern, size_t length, char *reason, size_t capacity) {
  weir_re2 *compiled = new weir_re2(re2::StringPiece(pattern, length), quiet());
  if (compiled->expression.ok()) return compiled;
  if (capacity > 0) std::snprintf(reason, capacity, "%s", compiled->expression.error().c_str());
  delete compiled;
  return nullptr;
}

bool weir_re2_finds(const weir_re2 *expression, const char *text, size_t length) {
  return re2::RE2::PartialMatch(re2::StringPiece(text, length), expression->expression);
}

void weir_re2_free(weir_re2 *expression) { delete expression; }

// The set's automaton grows while it matches; RE2 throws its states away when it reaches this, and begins anew.
static const int64_t set_memory = 64 << 20;

struct weir_re2_set {
  re2::RE2::Set set;
  std::vector<std::string> patterns;
  bool compiled = false;
  explicit weir_re2_set(const re2::RE2::Options &options) : set(options, re2::RE2::ANCHOR_BOTH) {}
};

weir_re2_set *weir_re2_set_new(void) {
  re2::RE2::Options options = quiet();
  options.set_max_mem(set_memory);
  return new weir_re2_set(options);
}

bool weir_re2_set_add(weir_re2_set *set, const char *pattern, size_t length, char *reason, size_t capacity) {
  std::string error;
  if (set->set.Add(re2::StringPiece(pattern, length), &error) < 0) {
    if (capacity > 0) std::snprintf(reason, capacity, "%s", error.c_str());
    return false;
  }
  set->patterns.emplace_back(pattern, length);
  return true;
}

void weir_re2_set_compile(weir_re2_set *set) { set->compiled = set->set.Compile(); }

size_t weir_re2_set_matches(const weir_re2_set *set, const char *text, size_t length, int *matches, size_t capacity) {
  re2::StringPiece piece(text, length);
  // Kept for the next call, so that matching does not allocate for its answer.
  thread_local std::vector<int> found;
  re2::RE2::Set::ErrorInfo error{re2::RE2::Set::kNoError};
  if (set->compiled) {
    if (!set->set.Match(piece, &found, &error)) found.clear();
  }
  if (!set->compiled || error.kind == re2::RE2::Set::kOutOfMemory) {
    // Too large for one automaton: one after the other gives the same answer, slowly.
    found.clear();
    for (size_t index = 0; index < set->patterns.size(); index++) {
      if (re2::RE2::FullMatch(piece, re2::RE2(set->patterns[index], quiet()))) found.push_back(int(index));
    }
  }
  size_t count = std::min(found.size(), capacity);
  std::copy_n(found.begin(), count, matches);
  return count;
}

void weir_re2_set_free(weir_re2_set *set) { delete set; }
