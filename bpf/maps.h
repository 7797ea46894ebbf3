/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The maps, and the variables that the loader sees as maps. Layouts and sizes: layout.h. */
#ifndef WEIR_MAPS_H
#define WEIR_MAPS_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

#include "layout.h"

const volatile struct datapath_constants constants = {};

struct datapath_control control SEC(".data.control") = { .generation = 1 };

/* Of the packet judged last; for test runs, which have one packet at a time. */
struct packet_verdict last_verdict SEC(".data.verdict") = {};

/*
 * The compiler leaves out of BTF what only inner maps name, so these give sizes alone; here are their types, for whoever
 * compares layouts. The loader passes over the section.
 */
union inner_types {
	struct policy_key policy_key;
	struct policy_entry policy_entry;
	struct ipcache_key ipcache_key;
	struct ipcache_entry ipcache_entry;
	struct address_entry address_entry;
	struct packet_event packet_event;
	struct packet_copy packet_copy;
	struct policy_hash_key policy_hash_key;
	struct endpoint_key endpoint_key;
	struct endpoint endpoint;
	struct service_key service_key;
	struct service service;
	struct backend backend;
} inner_types SEC("weir_layouts");

/*
 * Everything that is compiled from policies exists twice: the half in use, by the lowest bit of the generation, and the
 * half in which the loader prepares the next tables. A packet reads the generation once, so that one set judges it.
 */

struct policy_map {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, POLICY_ENTRIES);
	__uint(key_size, sizeof(struct policy_key));
	__uint(value_size, sizeof(struct policy_entry));
};

/* By endpoint number and half: number * 2 + half. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, POLICY_SLOTS);
	__type(key, __u32);
	__array(values, struct policy_map);
} policies SEC(".maps");

struct ipcache_map {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, IPCACHE_ENTRIES);
	__uint(key_size, sizeof(struct ipcache_key));
	__uint(value_size, sizeof(struct ipcache_entry));
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 2);
	__type(key, __u32);
	__array(values, struct ipcache_map);
} ipcaches SEC(".maps");

struct endpoint_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, ENDPOINT_ENTRIES);
	__uint(key_size, sizeof(struct endpoint_key));
	__uint(value_size, sizeof(struct endpoint));
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 2);
	__type(key, __u32);
	__array(values, struct endpoint_map);
} endpoints SEC(".maps");

/*
 * Packets and bytes by policy entry: processor * datapath_settings.entry_count + cookie. Programs of one processor do
 * not interrupt each other, so that plain additions are exact.
 */
struct counter_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_INNER_MAP);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct traffic));
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 2);
	__type(key, __u32);
	__array(values, struct counter_map);
} entry_counters SEC(".maps");

struct service_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(struct service_key));
	__uint(value_size, sizeof(struct service));
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 2);
	__type(key, __u32);
	__array(values, struct service_map);
} services SEC(".maps");

struct backend_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_INNER_MAP);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct backend));
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 2);
	__type(key, __u32);
	__array(values, struct backend_map);
} backends SEC(".maps");

/* Weir's own layout. */

struct address_ipv4_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__be32));
	__uint(value_size, sizeof(struct address_entry));
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 2);
	__type(key, __u32);
	__array(values, struct address_ipv4_map);
} addresses_ipv4 SEC(".maps");

struct address_ipv6_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(struct ipv6_address));
	__uint(value_size, sizeof(struct address_entry));
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 2);
	__type(key, __u32);
	__array(values, struct address_ipv6_map);
} addresses_ipv6 SEC(".maps");

struct policy_hash_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(struct policy_hash_key));
	__uint(value_size, sizeof(struct policy_entry));
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 2);
	__type(key, __u32);
	__array(values, struct policy_hash_map);
} policy_hashes SEC(".maps");

/* Connections outlive tables. */

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, TCP_CONNECTIONS);
	__type(key, struct ipv4_flow_key);
	__type(value, struct flow);
} flows_ipv4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, TCP_CONNECTIONS);
	__type(key, struct ipv6_flow_key);
	__type(value, struct flow);
} flows_ipv6 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, TCP_CONNECTIONS);
	__type(key, struct ipv4_tuple);
	__type(value, struct connection);
} tcp_ipv4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, TCP_CONNECTIONS);
	__type(key, struct ipv6_tuple);
	__type(value, struct connection);
} tcp_ipv6 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, OTHER_CONNECTIONS);
	__type(key, struct ipv4_tuple);
	__type(value, struct connection);
} other_ipv4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, OTHER_CONNECTIONS);
	__type(key, struct ipv6_tuple);
	__type(value, struct connection);
} other_ipv6 SEC(".maps");

/* Where a flow is made before it is stored: the stack has no room for it. Each processor judges one packet at a time. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct flow);
} new_flow SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, FRAGMENTED_DATAGRAMS);
	__type(key, struct ipv4_fragment);
	__type(value, struct fragment_ports);
} fragments_ipv4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, FRAGMENTED_DATAGRAMS);
	__type(key, struct ipv6_fragment);
	__type(value, struct fragment_ports);
} fragments_ipv6 SEC(".maps");

/* What the loader reads. */

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 2 * TOTALS_PER_DIRECTION);
	__type(key, __u32);
	__type(value, struct traffic);
} totals SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, EVENT_BUFFER);
} events SEC(".maps");

/* Events that found the buffer full. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} events_lost SEC(".maps");

/* Redirected TCP connections. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, PROXIED_CONNECTIONS);
	__type(key, struct proxied_key);
	__type(value, struct proxied);
} proxied SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, COPY_BUFFER);
} copies SEC(".maps");

/* Copies that found the buffer full. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} copies_lost SEC(".maps");

/* Where a copy is made, as they are of many sizes. */
struct copy_space {
	struct packet_copy head;
	__u8 bytes[COPY_MOST];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct copy_space);
} new_copy SEC(".maps");

/*
 * A look-up in one map of several. Merged, the calls would have a variable for their map, and the kernel could no longer
 * replace them by the map's own code.
 */
#define LOOK_UP(MAP, KEY)                                                  \
	({                                                                 \
		void *found_;                                              \
		[[clang::nomerge]] found_ = bpf_map_lookup_elem(MAP, KEY); \
		found_;                                                    \
	})

/* One half of the swapped maps. */
static __always_inline void *policy_of(__u16 endpoint, __u32 half)
{
	__u32 slot = endpoint * 2 + half;

	return bpf_map_lookup_elem(&policies, &slot);
}

#endif
