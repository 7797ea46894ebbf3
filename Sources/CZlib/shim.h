#include <stdio.h>
#include <zlib.h>

/* fopencookie(3), under a name of its own: the C library's declaration is a GNU extension that Swift does not see. */
typedef struct {
  long (*read)(void *cookie, char *buffer, size_t size);
  long (*write)(void *cookie, const char *buffer, size_t size);
  int (*seek)(void *cookie, long long *offset, int whence);
  int (*close)(void *cookie);
} weir_stream_functions;

FILE *weir_open_stream(void *cookie, const char *mode, weir_stream_functions functions) __asm__("fopencookie");
