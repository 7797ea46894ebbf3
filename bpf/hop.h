/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A packet at one endpoint, in the order of Cilium's endpoint program: obstacles, tracking, identity, policy. */
#ifndef WEIR_HOP_H
#define WEIR_HOP_H

#include "conntrack.h"
#include "policy.h"

/* Which of two ends is the low one: any order will do, and both of a connection's directions must find the same. The last
 * word that differs decides, then the port.
 */
static __always_inline bool comes_from_high_end(const struct packet *packet)
{
	bool is_reversed = packet->source_port > packet->destination_port;

	for (int i = 0; i < 4; i++) {
		if (packet->source[i] != packet->destination[i])
			is_reversed = packet->source[i] > packet->destination[i];
	}
	return is_reversed;
}

static __always_inline void drop(struct hop_verdict *hop, __u8 reason)
{
	hop->verdict = VERDICT_DROPPED;
	hop->reason = reason;
}

static __always_inline const struct endpoint *endpoint_at(const __be32 *address, __u8 family, __u32 half)
{
	struct endpoint_key key = { .family = family };
	void *map = bpf_map_lookup_elem(&endpoints, &half);

	for (int i = 0; i < 4; i++)
		key.address[i] = address[i];
	return map ? bpf_map_lookup_elem(map, &key) : NULL;
}

/* The first drop, else the greater number: unjudged 0 < forwarded 1 < audit 4 < redirected 5. */
static __always_inline void conclude(struct packet_verdict *verdict)
{
	if (verdict->egress.verdict == VERDICT_DROPPED) {
		verdict->verdict = VERDICT_DROPPED;
		verdict->reason = verdict->egress.reason;
	} else if (verdict->ingress.verdict == VERDICT_DROPPED) {
		verdict->verdict = VERDICT_DROPPED;
		verdict->reason = verdict->ingress.reason;
	} else {
		verdict->verdict = verdict->egress.verdict > verdict->ingress.verdict ? verdict->egress.verdict
										      : verdict->ingress.verdict;
	}
}

/* What stops a packet before connection tracking. */
static __always_inline __u8 obstacle_of(const struct packet *packet, __u8 direction,
					const struct datapath_settings *settings)
{
	bool is_ipv6 = packet->family == FAMILY_IPV6;
	bool is_untracked = packet->traits & TRAIT_UNTRACKED_FRAGMENT;

	if (direction == HOP_EGRESS && packet->traits & TRAIT_NO_BACKEND)
		return DROP_SERVICE_BACKEND_NOT_FOUND;
	if (!(is_ipv6 ? settings->enable_ipv6 : settings->enable_ipv4))
		return DROP_UNSUPPORTED_NETWORK_PROTOCOL;
	/*
	 * On the way in, untracked first fragments go on with the ports they have. On the way out they are refused, yet
	 * after the faults of a packet that has no tuple.
	 */
	if (direction == HOP_EGRESS && is_untracked &&
	    (packet->traits & TRAIT_TUPLE || packet->obstacle == DROP_INVALID_PACKET))
		return DROP_FRAGMENTATION_NOT_SUPPORTED;
	return packet->obstacle;
}

static __always_inline void count_entry(__u32 entry, __u32 length, const struct datapath_settings *settings, __u32 half)
{
	void *counters = bpf_map_lookup_elem(&entry_counters, &half);

	if (!counters || entry == NO_ENTRY)
		return;
	__u32 slot = bpf_get_smp_processor_id() * settings->entry_count + entry;
	struct traffic *traffic = bpf_map_lookup_elem(counters, &slot);
	if (traffic) {
		traffic->packets += 1;
		traffic->bytes += length;
	}
}

static __always_inline void count_total(__u8 direction, __u8 reason, __u32 length)
{
	__u32 slot = (direction == HOP_EGRESS ? TOTALS_PER_DIRECTION : 0) + reason;
	struct traffic *traffic = bpf_map_lookup_elem(&totals, &slot);

	if (traffic) {
		traffic->packets += 1;
		traffic->bytes += length;
	}
}

/* ICMP errors pass between the ends of any connection, whichever way it was opened. */
static __noinline __u8 track_error(const struct packet *packet, __u8 direction,
					const struct datapath_settings *settings)
{
	struct connection *related = find_related(packet, direction, REVERSE);

	if (!related || !is_alive(related->expiry, packet->now))
		related = find_related(packet, direction, FORWARD);
	if (!related || !is_alive(related->expiry, packet->now))
		return STATE_NEW;
	related->expiry = expiry_after(packet->now, settings->other_lifetime);
	return STATE_RELATED;
}

/* Which connection the packet belongs to. `forward` is the entry, alive or not, in which its own direction is tracked. */
static __always_inline __u8 track(const struct packet *packet, __u8 direction,
				  const struct datapath_settings *settings, struct connection **forward,
				  struct hop_verdict *hop)
{
	if (packet->traits & TRAIT_ICMP_ERROR)
		return track_error(packet, direction, settings);

	struct connection *reverse = find_connection(packet, direction, REVERSE);
	if (reverse && is_alive(reverse->expiry, packet->now) &&
	    touch_connection(reverse, packet, direction, settings)) {
		hop->redirect = reverse->redirect;
		return STATE_REPLY;
	}
	*forward = find_connection(packet, direction, FORWARD);
	if (*forward && is_alive((*forward)->expiry, packet->now) &&
	    touch_connection(*forward, packet, direction, settings))
		return STATE_ESTABLISHED;
	return STATE_NEW;
}

/* A decision's stamp: valid while the tables are those of the generation. */
static __always_inline __u64 stamp_of(__u32 generation, __u32 entry)
{
	return (__u64)generation << 32 | entry;
}

/* Asks the policy, and fills in what it says. */
static __always_inline void ask_policy(const struct packet *packet, const struct endpoint *endpoint, __u8 direction,
				       const struct datapath_settings *settings, __u32 half, struct decision *decision,
				       struct hop_verdict *hop)
{
	hop->peer = identity_of(direction == HOP_EGRESS ? packet->destination : packet->source, packet->family,
				endpoint, settings, half);
	decide(endpoint, direction, hop->peer, packet, settings, half, decision);
	hop->entry = decision->entry;
	hop->redirect = decision->redirect;
	hop->reason = decision->reason;
	hop->match_type = decision->match_type;
	hop->authentication = decision->authentication;
	if (decision->reason)
		hop->verdict = decision->audited ? VERDICT_AUDIT : VERDICT_DROPPED;
	else
		hop->verdict = decision->redirect ? VERDICT_REDIRECTED : VERDICT_FORWARDED;
	count_entry(decision->entry, packet->length, settings, half);
}

/* ICMP depends on the type, and an untracked fragment is not like the rest of its connection. */
static __always_inline bool is_typical(const struct packet *packet)
{
	return !(packet->traits & (TRAIT_ICMP | TRAIT_UNTRACKED_FRAGMENT));
}

/* An audited packet is reported each time, with its reason: it is judged each time. */
static __always_inline __u64 stamp_for(const struct packet *packet, const struct decision *decision, __u32 generation)
{
	return is_typical(packet) && !decision->audited ? stamp_of(generation, decision->entry) : 0;
}

/* Makes the connection's entry, and the one that lets ICMP errors about it pass. */
static __always_inline void open_connection(const struct packet *packet, __u8 direction,
					    const struct datapath_settings *settings, struct connection *forward,
					    const struct decision *decision, __u64 stamp, __u32 source_identity)
{
	bool is_tcp = packet->traits & TRAIT_TCP;
	struct connection connection = {
		.packets = 1,
		.bytes = packet->length,
		/* Every TCP entry begins as if by a SYN: one met midway lives for as long until its next packet. */
		.expiry = expiry_after(packet->now, is_tcp ? settings->tcp_syn_lifetime : settings->other_lifetime),
		.redirect = decision->redirect,
		.flags = decision->redirect ? CONNECTION_REDIRECTED : 0,
		.source_identity = source_identity,
	};

	if (is_tcp) {
		if (direction == HOP_EGRESS)
			connection.sent_flags = TCP_SYN;
		else
			connection.received_flags = TCP_SYN;
	}
	store_related(packet, direction, &connection);
	if (packet->traits & TRAIT_ICMP_ERROR)
		return;
	connection.stamp = stamp;
	connection.backend = decision->match_type | decision->authentication << 8;
	if (forward)
		*forward = connection;
	else
		store_connection(packet, direction, &connection);
}

/*
 * Judges at one endpoint. A global function: the verifier looks at it once, whoever calls it and in whatever state.
 *
 * direction: HOP_INGRESS or HOP_EGRESS, the way in which the packet crosses the endpoint's border.
 */
__noinline int judge_hop(const struct packet *packet, const struct endpoint *endpoint, __u32 generation,
			 __u32 direction, struct hop_verdict *hop)
{
	if (!packet || !endpoint || !hop)
		return 0;
	const struct datapath_settings *settings = &control.settings[generation & 1];
	__u32 half = generation & 1;
	struct decision decision = { .entry = NO_ENTRY };
	struct connection *forward = NULL;

	hop->flags = HOP_FLAG_PRESENT;
	hop->endpoint = endpoint->number;
	hop->entry = NO_ENTRY;
	__u8 obstacle = obstacle_of(packet, direction, settings);
	if (obstacle) {
		drop(hop, obstacle);
		goto counted;
	}

	hop->state = track(packet, direction, settings, &forward, hop);
	if (hop->state == STATE_REPLY || hop->state == STATE_RELATED) {
		hop->verdict = hop->redirect ? VERDICT_REDIRECTED : VERDICT_FORWARDED;
		goto counted;
	}

	hop->flags |= HOP_FLAG_POLICY_ASKED;
	if (!(endpoint->flags &
	      (direction == HOP_EGRESS ? ENDPOINT_EGRESS_ENFORCED : ENDPOINT_INGRESS_ENFORCED)))
		hop->flags |= HOP_FLAG_NOT_ENFORCED;
	if (hop->state == STATE_ESTABLISHED && is_typical(packet) && forward &&
	    forward->stamp >> 32 == generation) {
		/* The tables are those that allowed it before: so they do again. */
		hop->entry = (__u32)forward->stamp;
		hop->redirect = forward->redirect;
		hop->match_type = (__u8)forward->backend;
		hop->authentication = (__u8)(forward->backend >> 8);
		hop->verdict = hop->redirect ? VERDICT_REDIRECTED : VERDICT_FORWARDED;
		count_entry(hop->entry, packet->length, settings, half);
		goto counted;
	}

	ask_policy(packet, endpoint, direction, settings, half, &decision, hop);
	if (hop->verdict == VERDICT_DROPPED)
		goto counted;
	__u64 stamp = stamp_for(packet, &decision, generation);
	if (hop->state == STATE_NEW) {
		hop->flags |= HOP_FLAG_OPENS_CONNECTION;
		open_connection(packet, direction, settings, forward, &decision, stamp,
				direction == HOP_EGRESS ? endpoint->identity : hop->peer);
	} else if (forward) {
		/* Where new tables redirect an old connection, Cilium makes its entry anew. */
		forward->redirect = decision.redirect;
		forward->backend = decision.match_type | decision.authentication << 8;
		forward->stamp = stamp;
	}
counted:
	count_total(direction, hop->verdict == VERDICT_DROPPED ? hop->reason : 0, packet->length);
	return 0;
}

/* Asks the endpoints at both ends, the sender's first. */
static __always_inline void judge_ends(const struct packet *packet, __u32 generation, __u8 hops,
				       struct packet_verdict *verdict)
{
	__u32 half = generation & 1;
	const struct endpoint *source = NULL, *destination = NULL;

	if (constants.one_endpoint) {
		if (hops & HOP_EGRESS)
			source = &control.settings[half].endpoint;
		else
			destination = &control.settings[half].endpoint;
	} else {
		if (hops & HOP_EGRESS)
			source = endpoint_at(packet->source, packet->family, half);
		if (hops & HOP_INGRESS)
			destination = endpoint_at(packet->destination, packet->family, half);
		/* What a pod sends to itself never leaves it. */
		if (source && destination && source->number == destination->number)
			return;
	}
	if (source)
		judge_hop(packet, source, generation, HOP_EGRESS, &verdict->egress);
	if (destination && verdict->egress.verdict != VERDICT_DROPPED)
		judge_hop(packet, destination, generation, HOP_INGRESS, &verdict->ingress);
	conclude(verdict);
}

#endif
