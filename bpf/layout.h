/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the BPF program and its loader share: the keys and values of the maps, the loader's controls, and the verdicts
 * and events that come back. The first part is Cilium 1.19's, byte for byte; reserved bytes that Weir uses are marked.
 * Integers are in host order unless their type is __be.
 *
 * Bit fields are written as masks: C leaves their order to the compiler, and Swift cannot import them.
 */
#ifndef WEIR_LAYOUT_H
#define WEIR_LAYOUT_H

#include <linux/types.h>

/* ---- Cilium's maps ---------------------------------------------------------------------------------------------- */

/* Policy map, longest-prefix trie: one per endpoint. */
struct policy_key {
	__u32 prefix_length; /* 40: protocol and port wild; 48: port wild; 49…63: leading bits of the port; 64: exact */
	__u32 identity; /* 0: any peer */
	__u8 egress;
	__u8 protocol;
	__be16 port; /* destination port or ICMP type; wild bits are 0 */
};

struct policy_entry {
	__be16 proxy_port; /* Weir: number of the redirect; 0 none */
	__u8 deny_and_length; /* bit 0 deny, bits 3–7 the key's prefix length less 40 */
	__u8 authentication; /* bits 0–6 type, bit 7 explicit */
	__u8 proxy_priority;
	__u8 padding[3];
	__u32 cookie; /* Weir: index of the entry's counters */
};

#define POLICY_STATIC_PREFIX 40
#define POLICY_FULL_PREFIX 64
#define POLICY_DENY 0x01
#define POLICY_LENGTH_SHIFT 3
#define POLICY_AUTHENTICATION_TYPE 0x7f
#define POLICY_AUTHENTICATION_EXPLICIT 0x80

/* Address to identity, longest-prefix trie. */
struct ipcache_key {
	__u32 prefix_length; /* IPCACHE_STATIC_PREFIX + bits of the address */
	__u16 cluster;
	__u8 padding;
	__u8 family; /* FAMILY_… */
	__be32 address[4]; /* IPv4 in the first word */
};

struct ipcache_entry {
	__u32 identity;
	__be32 tunnel_endpoint[4];
	__u16 node; /* Weir: 1 + number of the node whose own address it is; 0 none. Cilium: padding */
	__u8 encryption_key;
	__u8 flags;
};

#define IPCACHE_STATIC_PREFIX 32
#define FAMILY_IPV4 1
#define FAMILY_IPV6 2

/* Endpoints by address, hash. */
struct endpoint_key {
	__be32 address[4];
	__u8 family;
	__u8 key;
	__u16 cluster;
};

struct endpoint {
	__u32 interface;
	__u16 node; /* Weir: 1 + number of the endpoint's node; 0 unknown. Cilium: unused */
	__u16 number;
	__u32 flags; /* ENDPOINT_… */
	__u32 policy; /* Weir's own layout: policy_hash_key.policy. Cilium: a hole */
	__u64 mac;
	__u64 node_mac;
	__u32 identity;
	__u32 parent_interface;
	/* Weir's own layout: bit n, some key of a specific identity, or of any peer, has prefix length n. Cilium: padding */
	__u32 peer_lengths;
	__u32 any_lengths;
};

#define ENDPOINT_HOST 0x1
/* Weir's: the policy is in force in this direction. */
#define ENDPOINT_INGRESS_ENFORCED 0x10000
#define ENDPOINT_EGRESS_ENFORCED 0x20000

/*
 * Connection tracking, least-recently-used hashes. A stored tuple holds the opening packet's ports as they are, but its
 * addresses the other way round: "destination" is the packet's source.
 */
struct ipv4_tuple {
	__be32 destination;
	__be32 source;
	__be16 destination_port;
	__be16 source_port;
	__u8 protocol;
	__u8 flags; /* TUPLE_… */
} __attribute__((packed));

struct ipv6_tuple {
	__be32 destination[4];
	__be32 source[4];
	__be16 destination_port;
	__be16 source_port;
	__u8 protocol;
	__u8 flags;
} __attribute__((packed));

#define TUPLE_EGRESS 0
#define TUPLE_INGRESS 1
#define TUPLE_RELATED 2

struct connection {
	__u64 stamp; /* Weir: generation of the tables that last allowed it (high half), counters' index. Cilium: reserved */
	__u64 backend; /* Weir: match type (bits 0–7), authentication type (8–15) of that decision. Cilium: of services */
	__u64 packets;
	__u64 bytes;
	__u32 expiry; /* second of the monotonic clock */
	__u16 flags; /* CONNECTION_… */
	__u16 reverse_translation;
	__u16 redirect; /* Weir: number of the redirect in force; 0 none. Cilium: reserved */
	__u8 sent_flags; /* TCP flags seen on the way out */
	__u8 received_flags; /* … on the way in */
	__u32 source_identity;
	__u32 last_sent_report;
	__u32 last_received_report;
};

#define CONNECTION_INGRESS_CLOSING 0x01
#define CONNECTION_EGRESS_CLOSING 0x02
#define CONNECTION_BOTH_CLOSING 0x03
#define CONNECTION_NON_SYN_SEEN 0x10
#define CONNECTION_REDIRECTED 0x40

/* Ports of fragmented datagrams, least-recently-used hashes. */
struct ipv4_fragment {
	__be32 destination;
	__be32 source;
	__be16 identification;
	__u8 protocol;
	__u8 padding;
};

struct ipv6_fragment {
	__be32 identification;
	__u8 protocol;
	__u8 padding[3];
	__be32 source[4];
	__be32 destination[4];
};

struct fragment_ports {
	__be16 source;
	__be16 destination;
};

/* Cilium's sizes of these maps. */
#define POLICY_ENTRIES 16384
#define IPCACHE_ENTRIES 512000
#define ENDPOINT_ENTRIES 65535
#define TCP_CONNECTIONS 524288
#define OTHER_CONNECTIONS 262144
#define FRAGMENTED_DATAGRAMS 8192

/* ---- Weir's own layout of the same tables ----------------------------------------------------------------------- */

/* Address to identity where a prefix is a single address, hashes; the key is the address alone. */
struct address_entry {
	__u32 identity;
	__u32 node; /* as ipcache_entry.node */
};

struct ipv6_address {
	__be32 words[4];
};

/* All policy maps in one hash; probed once for each prefix length that occurs, longest first. The value: policy_entry. */
struct policy_hash_key {
	__u32 identity;
	__u16 policy; /* number; endpoints with the same policy share it */
	__be16 port;
	__u8 protocol;
	__u8 length; /* of the prefix, 0 or 8…24 */
	__u8 egress;
	__u8 padding;
};

/* Services by address and port, hash, and all backends, array: the same for both layouts. */
struct service_key {
	__be32 address[4]; /* IPv4 in the first word */
	__be16 port;
	__u8 protocol;
	__u8 family; /* FAMILY_… */
};

struct service {
	__u32 number; /* 1 + index into the tables' services */
	__u32 first_backend;
	__u32 backend_count;
};

struct backend {
	__be32 address[4];
	__be16 port;
	__u16 padding;
	__u32 number; /* 1 + index into the tables' backends */
};

/* A connection with all its entries, hash: the ends are sorted, so that both directions find it. */
struct ipv4_flow_key {
	__be32 low;
	__be32 high;
	__be16 low_port;
	__be16 high_port;
	__u32 protocol;
};

struct ipv6_flow_key {
	__be32 low[4];
	__be32 high[4];
	__be16 low_port;
	__be16 high_port;
	__u32 protocol;
};

/* The connection as one end sees it in the direction that it was opened. */
struct flow_entry {
	__u32 expiry; /* last second in which it is alive; 0: there is none */
	__u16 redirect; /* in force when it was last judged; 0 none */
	__u8 flags; /* TRACKING_… */
	__u8 match; /* bits 0–2 match type, 3–4 authentication type of the decision that the stamp stands for */
};

/* An endpoint at one end; all 0: nobody judges there. */
struct flow_end {
	__u16 number;
	__u16 flags; /* ENDPOINT_…, the upper half */
};

/*
 * Entries stand at orientation * 2 + direction: the opener's packets have this orientation (0: from the low end), and
 * the entry's endpoint sees them entering (0) or leaving (1).
 */
struct flow {
	__u64 stamps[4]; /* as connection.stamp */
	struct flow_entry entries[4];
	struct flow_end ends[2];
	__u32 generation; /* of the tables that the ends are from */
	__u32 padding;
};

#define TRACKING_INGRESS_CLOSING 0x01
#define TRACKING_EGRESS_CLOSING 0x02
#define TRACKING_BOTH_CLOSING 0x03
#define TRACKING_INGRESS_SYN 0x04
#define TRACKING_EGRESS_SYN 0x08
#define TRACKING_BOTH_SYNS 0x0c
#define TRACKING_NON_SYN 0x10

/* ---- Weir's own ------------------------------------------------------------------------------------------------- */

/* Packets and bytes of one policy entry on one processor, or of one drop reason. */
struct traffic {
	__u64 packets;
	__u64 bytes;
};

/* What the agent configures, one copy per table set. Truth values are 0 or 1. */
struct datapath_settings {
	__u8 enable_ipv4;
	__u8 enable_ipv6;
	__u8 audit_mode;
	__u8 sctp;
	__u8 icmp_rules;
	__u8 extended_protocols;
	__u8 allow_fragmentation_needed;
	__u8 track_ipv4_fragments;
	__u8 track_ipv6_fragments;
	__u8 host_firewall;
	__u8 assume_authenticated;
	__u8 has_tunnel_port;
	__be16 tunnel_port;
	__u8 has_services;
	__u8 padding;
	/* Lifetimes of connections in seconds. */
	__u32 tcp_lifetime;
	__u32 tcp_syn_lifetime;
	__u32 tcp_fin_lifetime;
	__u32 other_lifetime;
	/* Identities of addresses that nothing claims. */
	__u32 world_ipv4;
	__u32 world_ipv6;
	/* Counters of one processor: entries of all policies together. */
	__u32 entry_count;
	/* The redirects whose packets are copied: to the DNS proxy, Envoy's listener, the parsers. 0: there is none. */
	__u16 dns_redirect;
	__u16 http_redirect;
	__u16 parser_redirect;
	__u16 padding_middle;
	__u32 padding_end;
	/* The endpoint behind the interface, where the program serves only one. */
	struct endpoint endpoint;
};

/* Written by the loader while the program runs. */
struct datapath_control {
	/* Raised by one with each new set of tables; its lowest bit says in which half of the swapped maps they are. */
	__u32 generation;
	/* The second that connections are judged in, when the clock is given (datapath_constants). */
	__u32 now;
	__u32 events; /* EVENTS_… */
	/* Benchmarks only: counts their packets. */
	__u32 variation;
	struct datapath_settings settings[2];
};

/* Fixed when the program is loaded: the verifier removes what they rule out. */
struct datapath_constants {
	/* Decides as everybody else would, but lets everything pass. */
	__u8 observe_only;
	/* Time is datapath_control.now instead of the kernel's monotonic clock. */
	__u8 clock_is_given;
	/* Leave each packet's verdict in last_verdict. */
	__u8 keeps_verdict;
	/* 1: the interface is the endpoint's of datapath_settings; 0: endpoints are found by address. */
	__u8 one_endpoint;
	/* 1: Weir's own maps, which are faster; 0: Cilium's. */
	__u8 own_layout;
	/* Copy the packets that proxies would read, and drop those of connections that are marked as refused. */
	__u8 follows_proxied;
	__u8 padding[2];
	/* Benchmarks only: low bits of the source port, and of the source address, that change from packet to packet. */
	__u16 vary_port;
	__u16 vary_address;
};

#define HOP_INGRESS 1
#define HOP_EGRESS 2

#define EVENTS_NONE 0
/* Each connection's first packet at a hop, and every packet that is not plainly forwarded. */
#define EVENTS_VERDICTS 1
#define EVENTS_ALL 2

/* What one endpoint's policy said of a packet. */
struct hop_verdict {
	__u32 entry; /* index of the entry's counters; NO_ENTRY */
	__u32 peer; /* identity at the other end; 0 where it was not looked up */
	__u16 redirect;
	__u16 endpoint; /* endpoint.number */
	__u8 verdict; /* VERDICT_… */
	__u8 state; /* CONNECTION state: STATE_… */
	__u8 reason; /* DROP_… */
	__u8 match_type;
	__u8 authentication;
	__u8 flags; /* HOP_FLAG_… */
	__u16 padding;
};

#define NO_ENTRY 0xffffffffu

/* Hubble's numbers. */
#define VERDICT_UNJUDGED 0
#define VERDICT_FORWARDED 1
#define VERDICT_DROPPED 2
#define VERDICT_AUDIT 4
#define VERDICT_REDIRECTED 5

/* Cilium's numbers. */
#define STATE_NEW 0
#define STATE_ESTABLISHED 1
#define STATE_REPLY 2
#define STATE_RELATED 3

#define HOP_FLAG_PRESENT 0x01
#define HOP_FLAG_OPENS_CONNECTION 0x02
#define HOP_FLAG_NOT_ENFORCED 0x04
#define HOP_FLAG_POLICY_ASKED 0x10

#define DROP_POLICY_DENIED 133
#define DROP_INVALID_PACKET 134
#define DROP_INVALID_TRANSPORT_HEADER 135
#define DROP_UNKNOWN_TRANSPORT 137
#define DROP_UNSUPPORTED_NETWORK_PROTOCOL 139
#define DROP_INVALID_EXTENSION_HEADER 156
#define DROP_FRAGMENTATION_NOT_SUPPORTED 157
#define DROP_SERVICE_BACKEND_NOT_FOUND 158
#define DROP_ENCAPSULATION_PROHIBITED 170
#define DROP_FIRST_FRAGMENT_NOT_FOUND 175
#define DROP_FORBIDDEN_ICMPV6 176
#define DROP_POLICY_DENY 181
#define DROP_AUTHENTICATION_REQUIRED 189
/* Cilium's name for it is "punt to proxy", which drops nothing there. Weir's: a proxy would have closed the connection. */
#define DROP_REFUSED_BY_PROXY 205

struct packet_verdict {
	struct hop_verdict ingress;
	struct hop_verdict egress;
	/* The first drop, else redirected, else audit, else forwarded; unjudged without any hop. */
	__u8 verdict;
	__u8 reason;
	__u8 from_service; /* 1: the source is the service's, its destination the client */
	__u8 padding;
	__u32 generation; /* of the tables that it was judged by */
	/* service.number and backend.number where an address was a service's; 0: none was. */
	__u32 service;
	__u32 backend;
};

#define EVENT_CAPTURE 192

struct packet_event {
	__u64 nanoseconds; /* of the monotonic clock */
	__u32 length; /* of the frame, in bytes */
	__u32 captured; /* of them below */
	__u32 interface;
	__u32 padding;
	struct packet_verdict verdict;
	__u8 bytes[EVENT_CAPTURE];
};

#define EVENT_BUFFER (4u << 20)

/* ---- Packets that proxies would read ----------------------------------------------------------------------------- */

/* A connection that is redirected: the ends, after service translation, are sorted, so that both directions find it. */
struct proxied_key {
	__be32 low[4]; /* IPv4 in the first word */
	__be32 high[4];
	__be16 low_port;
	__be16 high_port;
	__u8 protocol;
	__u8 family; /* FAMILY_… */
	__u16 padding;
};

struct proxied {
	__u64 opened; /* nanosecond of the monotonic clock; 0: nobody saw it open */
	__u32 state; /* PROXIED_… */
	__u32 padding;
};

/* What the reader has found out. */
#define PROXIED_UNSETTLED 0
/* Nothing more of it is to be read. */
#define PROXIED_SETTLED 1
/* The rest of it is to be dropped. */
#define PROXIED_REFUSED 2

#define PROXIED_CONNECTIONS 131072

/* A ClientHello of the size that Envoy takes, and the headers before it. */
#define COPY_MOST (16384 + 512)

struct packet_copy {
	__u64 nanoseconds; /* of the monotonic clock */
	__u64 opened; /* as proxied.opened */
	__u32 length; /* of the frame, in bytes */
	__u32 captured; /* of them, behind this */
	struct proxied_key key;
	__u32 padding;
	struct packet_verdict verdict;
	__u32 padding_end;
};

#define COPY_BUFFER (4u << 20)

/* Index into the totals: by direction (0 ingress, 1 egress), then drop reason; 0 forwarded. */
#define TOTALS_PER_DIRECTION 256

/* Slots of the maps that hold one half per table set. */
#define POLICY_SLOTS (2 * (ENDPOINT_ENTRIES + 1))

#endif
