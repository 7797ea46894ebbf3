/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Connection tracking: Cilium's entries, one for each end that judged the connection's opening packet. */
#ifndef WEIR_CONNTRACK_H
#define WEIR_CONNTRACK_H

#include "transport.h"

/* Which entry of a packet is meant. */
#define FORWARD false
#define REVERSE true

/*
 * The tuple under which the packet's connection is stored at a hop: with REVERSE, as the other end's opening packet
 * would have made it.
 */
static __always_inline void fill_ipv4_tuple(struct ipv4_tuple *tuple, const struct packet *packet, __u8 direction,
					    bool reverse)
{
	tuple->destination = reverse ? packet->destination[0] : packet->source[0];
	tuple->source = reverse ? packet->source[0] : packet->destination[0];
	tuple->destination_port = reverse ? packet->source_port : packet->destination_port;
	tuple->source_port = reverse ? packet->destination_port : packet->source_port;
	tuple->protocol = packet->protocol;
	tuple->flags = (direction == HOP_INGRESS) != reverse ? TUPLE_INGRESS : TUPLE_EGRESS;
}

static __always_inline void fill_ipv6_tuple(struct ipv6_tuple *tuple, const struct packet *packet, __u8 direction,
					    bool reverse)
{
	for (int i = 0; i < 4; i++) {
		tuple->destination[i] = reverse ? packet->destination[i] : packet->source[i];
		tuple->source[i] = reverse ? packet->source[i] : packet->destination[i];
	}
	tuple->destination_port = reverse ? packet->source_port : packet->destination_port;
	tuple->source_port = reverse ? packet->destination_port : packet->source_port;
	tuple->protocol = packet->protocol;
	tuple->flags = (direction == HOP_INGRESS) != reverse ? TUPLE_INGRESS : TUPLE_EGRESS;
}

/* ICMP errors belong to any connection between their outer addresses: its entry has no ports. */
static __always_inline void make_ipv4_related(struct ipv4_tuple *tuple)
{
	tuple->destination_port = 0;
	tuple->source_port = 0;
	tuple->protocol = PROTOCOL_ICMP;
	tuple->flags |= TUPLE_RELATED;
}

static __always_inline void make_ipv6_related(struct ipv6_tuple *tuple)
{
	tuple->destination_port = 0;
	tuple->source_port = 0;
	tuple->protocol = PROTOCOL_ICMPV6;
	tuple->flags |= TUPLE_RELATED;
}

static __always_inline struct connection *find_connection(const struct packet *packet, __u8 direction, bool reverse)
{
	bool is_tcp = packet->traits & TRAIT_TCP;

	if (packet->family == FAMILY_IPV4) {
		struct ipv4_tuple tuple __attribute__((aligned(8)));

		fill_ipv4_tuple(&tuple, packet, direction, reverse);
		return is_tcp ? LOOK_UP(&tcp_ipv4, &tuple) : LOOK_UP(&other_ipv4, &tuple);
	}
	struct ipv6_tuple tuple __attribute__((aligned(8)));

	fill_ipv6_tuple(&tuple, packet, direction, reverse);
	return is_tcp ? LOOK_UP(&tcp_ipv6, &tuple) : LOOK_UP(&other_ipv6, &tuple);
}

static __always_inline struct connection *find_related(const struct packet *packet, __u8 direction, bool reverse)
{
	if (packet->family == FAMILY_IPV4) {
		struct ipv4_tuple tuple __attribute__((aligned(8)));

		fill_ipv4_tuple(&tuple, packet, direction, reverse);
		make_ipv4_related(&tuple);
		return LOOK_UP(&other_ipv4, &tuple);
	}
	struct ipv6_tuple tuple __attribute__((aligned(8)));

	fill_ipv6_tuple(&tuple, packet, direction, reverse);
	make_ipv6_related(&tuple);
	return LOOK_UP(&other_ipv6, &tuple);
}

/* ---- Lifetimes ---------------------------------------------------------------------------------------------------- */

/* The last second of a lifetime that begins now; never 0, which means dead. */
static __always_inline __u32 expiry_after(__u32 now, __u32 lifetime)
{
	__u32 sum = now + lifetime;

	if (sum < now)
		return 0xffffffff;
	return sum ? sum : 1;
}

static __always_inline bool is_alive(__u32 expiry, __u32 now)
{
	return expiry != 0 && expiry >= now;
}

/* What both layouts know of a connection as one end sees it. */
struct tracking {
	__u32 expiry;
	__u8 flags; /* TRACKING_… */
};

static __always_inline void refresh_tcp(struct tracking *tracking, const struct packet *packet, __u8 direction,
					const struct datapath_settings *settings)
{
	if (packet->tcp_flags & TCP_SYN)
		tracking->flags |= direction == HOP_EGRESS ? TRACKING_EGRESS_SYN : TRACKING_INGRESS_SYN;
	else
		tracking->flags |= TRACKING_NON_SYN;
	tracking->expiry = expiry_after(packet->now, tracking->flags & TRACKING_NON_SYN ? settings->tcp_lifetime
											: settings->tcp_syn_lifetime);
}

/*
 * Accounts for a packet of a living connection, whatever its verdict will be. False: an opening SYN met a closing
 * connection, which was reset, and the packet is new.
 */
static __always_inline bool touch(struct tracking *tracking, const struct packet *packet, __u8 direction,
				  const struct datapath_settings *settings)
{
	if (!(packet->traits & TRAIT_TCP)) {
		tracking->expiry = expiry_after(packet->now, settings->other_lifetime);
		return true;
	}
	if ((tracking->flags & TRACKING_BOTH_CLOSING) != TRACKING_BOTH_CLOSING)
		refresh_tcp(tracking, packet, direction, settings);
	if (packet->tcp_flags & (TCP_FIN | TCP_RST)) {
		if (packet->tcp_flags & TCP_RST && (tracking->flags & TRACKING_BOTH_SYNS) != TRACKING_BOTH_SYNS)
			tracking->flags |= TRACKING_BOTH_CLOSING;
		else
			tracking->flags |= direction == HOP_EGRESS ? TRACKING_EGRESS_CLOSING : TRACKING_INGRESS_CLOSING;
		if ((tracking->flags & TRACKING_BOTH_CLOSING) == TRACKING_BOTH_CLOSING)
			tracking->expiry = expiry_after(packet->now, settings->tcp_fin_lifetime);
	} else if ((packet->tcp_flags & (TCP_SYN | TCP_ACK)) == TCP_SYN && tracking->flags & TRACKING_BOTH_CLOSING) {
		tracking->flags = 0;
		refresh_tcp(tracking, packet, direction, settings);
		return false;
	}
	return true;
}

/* The same for Cilium's entry: the flags' bits lie elsewhere. */
static __always_inline bool touch_connection(struct connection *connection, const struct packet *packet,
					     __u8 direction, const struct datapath_settings *settings)
{
	__u8 kept = CONNECTION_BOTH_CLOSING | CONNECTION_NON_SYN_SEEN;
	struct tracking tracking = {
		.expiry = connection->expiry,
		.flags = (connection->flags & kept) | (connection->received_flags & TCP_SYN) << 1 |
			 (connection->sent_flags & TCP_SYN) << 2,
	};
	__u8 before = tracking.flags;
	bool is_ongoing = touch(&tracking, packet, direction, settings);

	__sync_fetch_and_add(&connection->packets, 1);
	__sync_fetch_and_add(&connection->bytes, packet->length);
	/* Unwritten, the cache line stays shared between processors. */
	if (connection->expiry != tracking.expiry)
		connection->expiry = tracking.expiry;
	if (before != tracking.flags) {
		connection->flags = (connection->flags & ~kept) | (tracking.flags & kept);
		connection->received_flags = tracking.flags >> 1 & TCP_SYN;
		connection->sent_flags = tracking.flags >> 2 & TCP_SYN;
	}
	return is_ongoing;
}

/* ---- New connections ---------------------------------------------------------------------------------------------- */

static __always_inline void store_connection(const struct packet *packet, __u8 direction,
					     const struct connection *connection)
{
	bool is_tcp = packet->traits & TRAIT_TCP;

	if (packet->family == FAMILY_IPV4) {
		struct ipv4_tuple tuple __attribute__((aligned(8)));

		fill_ipv4_tuple(&tuple, packet, direction, FORWARD);
		if (is_tcp)
			bpf_map_update_elem(&tcp_ipv4, &tuple, connection, BPF_ANY);
		else
			bpf_map_update_elem(&other_ipv4, &tuple, connection, BPF_ANY);
	} else {
		struct ipv6_tuple tuple __attribute__((aligned(8)));

		fill_ipv6_tuple(&tuple, packet, direction, FORWARD);
		if (is_tcp)
			bpf_map_update_elem(&tcp_ipv6, &tuple, connection, BPF_ANY);
		else
			bpf_map_update_elem(&other_ipv6, &tuple, connection, BPF_ANY);
	}
}

/* Lets ICMP errors about the connection pass. Another connection of the two addresses may have done so already. */
static __always_inline void store_related(const struct packet *packet, __u8 direction,
					  const struct connection *connection)
{
	struct connection *known = find_related(packet, direction, FORWARD);

	if (known) {
		if (known->expiry < connection->expiry)
			known->expiry = connection->expiry;
		return;
	}
	if (packet->family == FAMILY_IPV4) {
		struct ipv4_tuple tuple __attribute__((aligned(8)));

		fill_ipv4_tuple(&tuple, packet, direction, FORWARD);
		make_ipv4_related(&tuple);
		bpf_map_update_elem(&other_ipv4, &tuple, connection, BPF_ANY);
	} else {
		struct ipv6_tuple tuple __attribute__((aligned(8)));

		fill_ipv6_tuple(&tuple, packet, direction, FORWARD);
		make_ipv6_related(&tuple);
		bpf_map_update_elem(&other_ipv6, &tuple, connection, BPF_ANY);
	}
}

#endif
