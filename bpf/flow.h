/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The same judgement in Weir's own layout: all that is known of a connection stands in one place, so that a packet of a
 * known one costs a single look-up, however many endpoints judge it.
 */
#ifndef WEIR_FLOW_H
#define WEIR_FLOW_H

#include "hop.h"

/* Fills the key: 0 when the packet comes from the low end, else 1. */
static __always_inline __u32 fill_ipv4_key(struct ipv4_flow_key *key, const struct packet *packet)
{
	__u64 source = (__u64)packet->source[0] << 16 | packet->source_port;
	__u64 destination = (__u64)packet->destination[0] << 16 | packet->destination_port;
	bool is_reversed = source > destination;

	key->low = is_reversed ? packet->destination[0] : packet->source[0];
	key->high = is_reversed ? packet->source[0] : packet->destination[0];
	key->low_port = is_reversed ? packet->destination_port : packet->source_port;
	key->high_port = is_reversed ? packet->source_port : packet->destination_port;
	key->protocol = packet->protocol;
	return is_reversed;
}

static __always_inline __u32 fill_ipv6_key(struct ipv6_flow_key *key, const struct packet *packet)
{
	bool is_reversed = comes_from_high_end(packet);

	for (int i = 0; i < 4; i++) {
		key->low[i] = is_reversed ? packet->destination[i] : packet->source[i];
		key->high[i] = is_reversed ? packet->source[i] : packet->destination[i];
	}
	key->low_port = is_reversed ? packet->destination_port : packet->source_port;
	key->high_port = is_reversed ? packet->source_port : packet->destination_port;
	key->protocol = packet->protocol;
	return is_reversed;
}

static __always_inline bool touch_entry(struct flow_entry *entry, const struct packet *packet, __u8 direction,
					const struct datapath_settings *settings)
{
	struct tracking tracking = { .expiry = entry->expiry, .flags = entry->flags };
	bool is_ongoing = touch(&tracking, packet, direction, settings);

	if (entry->expiry != tracking.expiry)
		entry->expiry = tracking.expiry;
	if (entry->flags != tracking.flags)
		entry->flags = tracking.flags;
	return is_ongoing;
}

static __noinline void open_flow(const struct packet *packet, __u8 direction,
				      const struct datapath_settings *settings, struct flow_entry *entry)
{
	bool is_tcp = packet->traits & TRAIT_TCP;
	struct connection related = {
		.expiry = expiry_after(packet->now, is_tcp ? settings->tcp_syn_lifetime : settings->other_lifetime),
	};

	store_related(packet, direction, &related);
	entry->expiry = related.expiry;
	entry->flags = 0;
	if (is_tcp)
		entry->flags = direction == HOP_EGRESS ? TRACKING_EGRESS_SYN : TRACKING_INGRESS_SYN;
}

/* Where a packet of a flow is judged, as one argument. */
static __always_inline __u64 place_of(__u32 generation, __u32 orientation, __u8 direction)
{
	return (__u64)generation << 32 | orientation << 8 | direction;
}

/*
 * Asks the policy about a packet that nothing known decides, and keeps what it says. A global function, apart from what
 * most packets go through: the verifier looks at it once.
 *
 * endpoint: NULL: the one that has the packet's address.
 */
__noinline int ask_for_flow(const struct packet *packet, struct flow *flow, const struct endpoint *endpoint,
			    __u64 place, struct hop_verdict *hop)
{
	__u32 generation = place >> 32;
	__u32 half = generation & 1;
	__u32 orientation = place >> 8 & 1;
	__u8 direction = (__u8)place;
	const struct datapath_settings *settings = &control.settings[half];
	struct decision decision = { .entry = NO_ENTRY };

	if (!packet || !flow || !hop)
		return 0;
	__u32 position = orientation * 2 + (direction == HOP_EGRESS);
	struct flow_entry *forward = &flow->entries[position & 3];

	if (!endpoint)
		endpoint = endpoint_at(direction == HOP_EGRESS ? packet->source : packet->destination, packet->family,
				       half);
	if (!endpoint) {
		/* One generation's tables do not change: somebody has emptied the map. */
		drop(hop, DROP_POLICY_DENIED);
		return 0;
	}
	ask_policy(packet, endpoint, direction, settings, half, &decision, hop);
	if (hop->verdict == VERDICT_DROPPED)
		return 0;
	if (hop->state == STATE_NEW)
		hop->flags |= HOP_FLAG_OPENS_CONNECTION;
	forward->redirect = decision.redirect;
	forward->match = decision.match_type | decision.authentication << 3;
	flow->stamps[position & 3] = stamp_for(packet, &decision, generation);
	return 0;
}

/* As judge_hop; the flow is the connection's, or an empty one. */
static __always_inline int judge_flow_hop(const struct packet *packet, struct flow *flow, const struct endpoint *endpoint,
			      __u64 place, struct hop_verdict *hop)
{
	__u32 generation = place >> 32;
	__u32 half = generation & 1;
	__u32 orientation = place >> 8 & 1;
	__u8 direction = (__u8)place;
	const struct datapath_settings *settings = &control.settings[half];

	/* Each packet of an opposite orientation is seen in the opposite direction. */
	__u32 position = orientation * 2 + (direction == HOP_EGRESS);
	struct flow_end *end = &flow->ends[(orientation ^ (direction == HOP_INGRESS)) & 1];
	struct flow_entry *forward = &flow->entries[position & 3];
	struct flow_entry *reverse = &flow->entries[(3 - position) & 3];
	__u64 *stamp = &flow->stamps[position & 3];

	hop->flags = HOP_FLAG_PRESENT;
	hop->endpoint = end->number;
	hop->entry = NO_ENTRY;
	__u8 obstacle = obstacle_of(packet, direction, settings);
	if (obstacle) {
		drop(hop, obstacle);
		goto counted;
	}

	hop->verdict = VERDICT_FORWARDED;
	if (packet->traits & TRAIT_ICMP_ERROR) {
		hop->state = track_error(packet, direction, settings);
		if (hop->state == STATE_RELATED)
			goto counted;
	} else if (is_alive(reverse->expiry, packet->now) && touch_entry(reverse, packet, direction, settings)) {
		hop->state = STATE_REPLY;
		hop->redirect = reverse->redirect;
		if (hop->redirect)
			hop->verdict = VERDICT_REDIRECTED;
		goto counted;
	} else if (is_alive(forward->expiry, packet->now) && touch_entry(forward, packet, direction, settings)) {
		hop->state = STATE_ESTABLISHED;
	}

	hop->flags |= HOP_FLAG_POLICY_ASKED;
	if (!(end->flags & (direction == HOP_EGRESS ? ENDPOINT_EGRESS_ENFORCED : ENDPOINT_INGRESS_ENFORCED) >> 16))
		hop->flags |= HOP_FLAG_NOT_ENFORCED;
	if (hop->state == STATE_ESTABLISHED && is_typical(packet) && *stamp >> 32 == generation) {
		/* The tables are those that allowed it before: so they do again. */
		hop->entry = (__u32)*stamp;
		hop->redirect = forward->redirect;
		hop->match_type = forward->match & 7;
		hop->authentication = forward->match >> 3;
		if (hop->redirect)
			hop->verdict = VERDICT_REDIRECTED;
		count_entry(hop->entry, packet->length, settings, half);
		goto counted;
	}

	ask_for_flow(packet, flow, endpoint, place, hop);
	if (hop->flags & HOP_FLAG_OPENS_CONNECTION)
		open_flow(packet, direction, settings, forward);
counted:
	count_total(direction, hop->verdict == VERDICT_DROPPED ? hop->reason : 0, packet->length);
	return 0;
}

static __always_inline struct flow_end end_of(const struct endpoint *endpoint)
{
	struct flow_end end = {};

	if (endpoint) {
		end.number = endpoint->number;
		end.flags = endpoint->flags >> 16;
	}
	return end;
}

/* Who is at the ends; what a pod sends to itself never leaves it. */
static __always_inline void find_ends(const struct packet *packet, __u32 orientation, __u32 generation,
				      struct flow *flow)
{
	__u32 half = generation & 1;
	struct flow_end source = end_of(endpoint_at(packet->source, packet->family, half));
	struct flow_end destination = end_of(endpoint_at(packet->destination, packet->family, half));

	if (source.number == destination.number) {
		source = (struct flow_end){};
		destination = source;
	}
	flow->ends[orientation & 1] = source;
	flow->ends[~orientation & 1] = destination;
	flow->generation = generation;
}

/* Asks the endpoints at both ends, the sender's first. */
static __always_inline void judge_flow(const struct packet *packet, __u32 generation, __u8 hops,
				       struct packet_verdict *verdict)
{
	struct flow *flow = NULL;
	union {
		struct ipv4_flow_key ipv4;
		struct ipv6_flow_key ipv6;
	} key;
	bool is_ipv4 = packet->family == FAMILY_IPV4;
	bool has_entries = (packet->traits & (TRAIT_TUPLE | TRAIT_ICMP_ERROR)) == TRAIT_TUPLE && !packet->obstacle;
	__u32 orientation = is_ipv4 ? fill_ipv4_key(&key.ipv4, packet) : fill_ipv6_key(&key.ipv6, packet);
	const struct endpoint *endpoint = NULL;

	if (has_entries)
		flow = is_ipv4 ? LOOK_UP(&flows_ipv4, &key.ipv4) : LOOK_UP(&flows_ipv6, &key.ipv6);
	bool is_new = !flow;
	if (is_new) {
		__u32 zero = 0;

		flow = bpf_map_lookup_elem(&new_flow, &zero);
		if (!flow)
			return;
		*flow = (struct flow){};
	}
	if (constants.one_endpoint) {
		endpoint = &control.settings[generation & 1].endpoint;
		struct flow_end *end = &flow->ends[(orientation ^ (hops == HOP_INGRESS)) & 1];

		if (end->number != endpoint->number || end->flags != endpoint->flags >> 16)
			*end = end_of(endpoint);
	} else if (flow->generation != generation) {
		find_ends(packet, orientation, generation, flow);
	}

	if (hops & HOP_EGRESS && flow->ends[orientation & 1].number)
		judge_flow_hop(packet, flow, endpoint, place_of(generation, orientation, HOP_EGRESS), &verdict->egress);
	if (hops & HOP_INGRESS && flow->ends[~orientation & 1].number && verdict->egress.verdict != VERDICT_DROPPED)
		judge_flow_hop(packet, flow, endpoint, place_of(generation, orientation, HOP_INGRESS),
			       &verdict->ingress);
	conclude(verdict);
	if (is_new && has_entries && (verdict->egress.flags | verdict->ingress.flags) & HOP_FLAG_OPENS_CONNECTION) {
		if (is_ipv4)
			bpf_map_update_elem(&flows_ipv4, &key.ipv4, flow, BPF_ANY);
		else
			bpf_map_update_elem(&flows_ipv6, &key.ipv6, flow, BPF_ANY);
	}
}

#endif
