#include "CBPF.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Of the calling thread: loading in one does not disturb another.
static _Thread_local char *text;
static _Thread_local size_t used;
static _Thread_local bool collecting;

static int collect(enum libbpf_print_level level, const char *format, va_list arguments) {
  if (!collecting || level == LIBBPF_DEBUG) return 0;
  va_list again;
  va_copy(again, arguments);
  int length = vsnprintf(NULL, 0, format, again);
  va_end(again);
  if (length <= 0) return 0;
  char *longer = realloc(text, used + (size_t)length + 1);
  if (!longer) return 0;
  text = longer;
  vsnprintf(text + used, (size_t)length + 1, format, arguments);
  used += (size_t)length;
  return length;
}

// By itself libbpf would print to standard error.
__attribute__((constructor)) static void keep_quiet(void) { libbpf_set_print(collect); }

void weir_log_begin(void) {
  free(text);
  text = NULL;
  used = 0;
  collecting = true;
}

char *weir_log_end(void) {
  char *result = text;
  text = NULL;
  used = 0;
  collecting = false;
  return result;
}

struct bpf_object *weir_object_open(const void *bytes, size_t size, const char *name) {
  LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = name);
  return bpf_object__open_mem(bytes, size, &options);
}
