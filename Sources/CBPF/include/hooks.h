// What is attached to interfaces, where libbpf 1.1 has no function for it.
#ifndef WEIR_HOOKS_H
#define WEIR_HOOKS_H

#include <linux/types.h>
#include <stdbool.h>

/// The kernel's numbers of the tcx attachment points (Linux 6.6); older headers lack them.
#define WEIR_TCX_INGRESS 46
#define WEIR_TCX_EGRESS 47

/// The programs at one tcx hook of an interface, in the order in which they run.
///
/// Returns how many there are, of which at most `capacity` are filled in; or a negative error number, -EINVAL from
/// kernels without tcx.
int weir_tcx_query(__u32 interface, __u32 attachment_point, __u32 *programs, __u32 *links, __u32 capacity);

/// How many filters the clsact hooks of an interface have, those of all owners; a negative error number on failure.
int weir_clsact_filters(__u32 interface);

/// False when somebody has detached a link to an interface, or the interface is gone.
bool weir_link_is_attached(int link);

#endif
