#include "hooks.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/netlink.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

/* union bpf_attr's part for BPF_PROG_QUERY, as Linux 6.6 and later have it. */
struct query {
  __u32 interface;
  __u32 attach_type;
  __u32 query_flags;
  __u32 attach_flags;
  __aligned_u64 programs;
  __u32 count;
  __u32 padding;
  __aligned_u64 program_flags;
  __aligned_u64 links;
  __aligned_u64 link_flags;
  __u64 revision;
};

int weir_tcx_query(__u32 interface, __u32 attachment_point, __u32 *programs, __u32 *links, __u32 capacity) {
  struct query query = {
      .interface = interface,
      .attach_type = attachment_point,
      .programs = (__u64)(unsigned long)programs,
      .links = (__u64)(unsigned long)links,
      .count = capacity,
  };
  // ENOSPC: there are more, and `count` says how many.
  if (syscall(SYS_bpf, BPF_PROG_QUERY, &query, sizeof(query)) < 0 && errno != ENOSPC) return -errno;
  return (int)query.count;
}

/* A link's information as Linux 6.6 and later have it for tcx: older headers have no room for the interface there. */
struct tcx_link_info {
  __u32 type;
  __u32 id;
  __u32 program;
  __u32 padding;
  __u32 interface;
  __u32 attach_type;
  __u8 rest[128];
};

bool weir_link_is_attached(int link) {
  struct tcx_link_info info;
  __u32 size = sizeof(info);
  memset(&info, 0, sizeof(info));
  if (bpf_obj_get_info_by_fd(link, &info, &size)) return false;
  return info.interface != 0;
}

/* Counts the filters below one of the clsact hooks. */
static int count_filters(int socket, __u32 interface, __u32 parent) {
  struct {
    struct nlmsghdr header;
    struct tcmsg message;
  } request = {
      .header = {.nlmsg_len = sizeof(request), .nlmsg_type = RTM_GETTFILTER, .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
      .message = {.tcm_family = AF_UNSPEC, .tcm_ifindex = (int)interface, .tcm_parent = parent},
  };
  if (send(socket, &request, sizeof(request), 0) < 0) return -errno;
  int count = 0;
  for (;;) {
    char buffer[1 << 16] __attribute__((aligned(NLMSG_ALIGNTO)));
    ssize_t length = recv(socket, buffer, sizeof(buffer), 0);
    if (length < 0 && errno == EINTR) continue;
    if (length < 0) return -errno;
    int left = (int)length;
    for (struct nlmsghdr *header = (struct nlmsghdr *)buffer; NLMSG_OK(header, left); header = NLMSG_NEXT(header, left)) {
      if (header->nlmsg_type == NLMSG_DONE) return count;
      if (header->nlmsg_type == NLMSG_ERROR) {
        int number = -((struct nlmsgerr *)NLMSG_DATA(header))->error;
        // Without the qdisc there is nothing to list.
        return number == EINVAL || number == ENOENT || number == 0 ? count : -number;
      }
      // A classifier itself is listed too, without a handle.
      if (header->nlmsg_type == RTM_NEWTFILTER && ((struct tcmsg *)NLMSG_DATA(header))->tcm_handle) count++;
    }
  }
}

int weir_clsact_filters(__u32 interface) {
  int descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (descriptor < 0) return -errno;
  struct timeval patience = {.tv_sec = 5};
  setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  int ingress = count_filters(descriptor, interface, TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS));
  int egress = ingress < 0 ? ingress : count_filters(descriptor, interface, TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS));
  close(descriptor);
  return egress < 0 ? egress : ingress + egress;
}
