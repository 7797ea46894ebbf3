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
		return is_tcp ? bpf_map_lookup_elem(&tcp_ipv4, &tuple) : bpf_map_lookup_elem(&other_ipv4, &tuple);
	}
	struct ipv6_tuple tuple __attribute__((aligned(8)));

	fill_ipv6_tuple(&tuple, packet, direction, reverse);
	return is_tcp ? bpf_map_lookup_elem(&tcp_ipv6, &tuple) : bpf_map_lookup_elem(&other_ipv6, &tuple);
}

static __always_inline struct connection *find_related(const struct packet *packet, __u8 direction, bool reverse)
{
	if (packet->family == FAMILY_IPV4) {
		struct ipv4_tuple tuple __attribute__((aligned(8)));

		fill_ipv4_tuple(&tuple, packet, direction, reverse);
		make_ipv4_related(&tuple);
		return bpf_map_lookup_elem(&other_ipv4, &tuple);
	}
	struct ipv6_tuple tuple __attribute__((aligned(8)));

	fill_ipv6_tuple(&tuple, packet, direction, reverse);
	make_ipv6_related(&tuple);
	return bpf_map_lookup_elem(&other_ipv6, &tuple);
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

static __always_inline bool is_alive(const struct connection *connection, __u32 now)
{
	return connection && connection->expiry != 0 && connection->expiry >= now;
}

static __always_inline void extend(struct connection *connection, __u32 expiry)
{
	/* Unwritten, the cache line stays shared between processors. */
	if (connection->expiry != expiry)
		connection->expiry = expiry;
}

static __always_inline void refresh_tcp(struct connection *connection, const struct packet *packet, __u8 direction,
					const struct datapath_settings *settings)
{
	if (packet->tcp_flags & TCP_SYN) {
		if (direction == HOP_EGRESS)
			connection->sent_flags |= packet->tcp_flags;
		else
			connection->received_flags |= packet->tcp_flags;
	} else if (!(connection->flags & CONNECTION_NON_SYN_SEEN)) {
		connection->flags |= CONNECTION_NON_SYN_SEEN;
	}
	extend(connection, expiry_after(packet->now, connection->flags & CONNECTION_NON_SYN_SEEN
							     ? settings->tcp_lifetime
							     : settings->tcp_syn_lifetime));
}

/*
 * Accounts for a packet of a living connection, whatever its verdict will be. False: an opening SYN met a closing
 * connection, which was reset, and the packet is new.
 */
static __always_inline bool touch(struct connection *connection, const struct packet *packet, __u8 direction,
				  const struct datapath_settings *settings)
{
	__sync_fetch_and_add(&connection->packets, 1);
	__sync_fetch_and_add(&connection->bytes, packet->length);
	if (!(packet->traits & TRAIT_TCP)) {
		extend(connection, expiry_after(packet->now, settings->other_lifetime));
		return true;
	}
	if ((connection->flags & CONNECTION_BOTH_CLOSING) != CONNECTION_BOTH_CLOSING)
		refresh_tcp(connection, packet, direction, settings);
	if (packet->tcp_flags & (TCP_FIN | TCP_RST)) {
		bool both_syns = connection->sent_flags & connection->received_flags & TCP_SYN;

		if (packet->tcp_flags & TCP_RST && !both_syns)
			connection->flags |= CONNECTION_BOTH_CLOSING;
		else
			connection->flags |= direction == HOP_EGRESS ? CONNECTION_EGRESS_CLOSING
								     : CONNECTION_INGRESS_CLOSING;
		if ((connection->flags & CONNECTION_BOTH_CLOSING) == CONNECTION_BOTH_CLOSING)
			extend(connection, expiry_after(packet->now, settings->tcp_fin_lifetime));
	} else if ((packet->tcp_flags & (TCP_SYN | TCP_ACK)) == TCP_SYN &&
		   connection->flags & CONNECTION_BOTH_CLOSING) {
		connection->flags &= ~(CONNECTION_BOTH_CLOSING | CONNECTION_NON_SYN_SEEN);
		connection->sent_flags = 0;
		connection->received_flags = 0;
		refresh_tcp(connection, packet, direction, settings);
		return false;
	}
	return true;
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
