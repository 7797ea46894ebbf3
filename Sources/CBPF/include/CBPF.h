// libbpf, the layouts that Weir shares with its BPF program, and the little of libbpf that Swift cannot import.
#ifndef WEIR_CBPF_H
#define WEIR_CBPF_H

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>

#include "../../../bpf/layout.h"
#include "hooks.h"

/// Opens an object in memory under the name that its maps get in listings; NULL with errno set on failure.
struct bpf_object *weir_object_open(const void *bytes, size_t size, const char *name);

/// Begins to collect, for the calling thread, what libbpf has to say. It is never printed.
void weir_log_begin(void);

/// What libbpf said since `weir_log_begin`: the verifier's log included, when loading failed. Ends the collecting. The
/// text belongs to the caller, who frees it; NULL when there was nothing.
char *weir_log_end(void);

/// Switches to the tables that all earlier stores have prepared.
static inline void weir_publish(struct datapath_control *control, __u32 generation) {
  __atomic_store_n(&control->generation, generation, __ATOMIC_RELEASE);
}

#endif
