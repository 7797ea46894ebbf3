/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Identity of the other end, and what the endpoint's policy says of it. */
#ifndef WEIR_POLICY_H
#define WEIR_POLICY_H

#include "packet.h"

/* Cilium's numbers. */
#define MATCH_NONE 0
#define MATCH_L3_ONLY 1
#define MATCH_L3_L4 2
#define MATCH_L4_ONLY 3
#define MATCH_ALL 4
#define MATCH_L3_PROTOCOL 5
#define MATCH_PROTOCOL_ONLY 6

#define IDENTITY_HOST 1
#define AUTHENTICATION_ALWAYS_FAILS 2

struct decision {
	__u32 entry; /* index of its counters; NO_ENTRY */
	__u16 redirect;
	__u8 reason;
	__u8 match_type;
	__u8 authentication;
	__u8 audited; /* the reason is only what would have happened without audit mode */
};

/* A node's address is the host to the endpoints of that node, and a remote node to all others. */
static __always_inline __u32 seen_from(const struct endpoint *viewer, __u32 identity, __u32 node)
{
	return node != 0 && node == viewer->node ? IDENTITY_HOST : identity;
}

static __always_inline struct ipcache_entry *find_prefix(const __be32 *address, __u8 family, __u32 half)
{
	struct ipcache_key key = { .family = family };
	bool is_ipv6 = family == FAMILY_IPV6;
	void *ipcache = bpf_map_lookup_elem(&ipcaches, &half);

	key.prefix_length = IPCACHE_STATIC_PREFIX + (is_ipv6 ? 128 : 32);
	key.address[0] = address[0];
	if (is_ipv6) {
		key.address[1] = address[1];
		key.address[2] = address[2];
		key.address[3] = address[3];
	}
	return ipcache ? bpf_map_lookup_elem(ipcache, &key) : NULL;
}

static __always_inline struct address_entry *find_address(const __be32 *address, __u8 family, __u32 half)
{
	void *addresses;

	if (family == FAMILY_IPV4) {
		addresses = LOOK_UP(&addresses_ipv4, &half);
		return addresses ? LOOK_UP(addresses, address) : NULL;
	}
	addresses = LOOK_UP(&addresses_ipv6, &half);
	return addresses ? LOOK_UP(addresses, address) : NULL;
}

/* The security identity that the endpoint sees behind an address. */
static __always_inline __u32 identity_of(const __be32 *address, __u8 family, const struct endpoint *viewer,
					 const struct datapath_settings *settings, __u32 half)
{
	if (constants.own_layout) {
		struct address_entry *exact = find_address(address, family, half);

		if (exact)
			return seen_from(viewer, exact->identity, exact->node);
	}
	struct ipcache_entry *entry = find_prefix(address, family, half);

	if (entry)
		return seen_from(viewer, entry->identity, entry->node);
	return family == FAMILY_IPV6 ? settings->world_ipv6 : settings->world_ipv4;
}

static __always_inline __u8 match_type(bool any_peer, __u8 length)
{
	if (length > 8)
		return any_peer ? MATCH_L4_ONLY : MATCH_L3_L4;
	if (length > 0)
		return any_peer ? MATCH_PROTOCOL_ONLY : MATCH_L3_PROTOCOL;
	return any_peer ? MATCH_ALL : MATCH_L3_ONLY;
}

/* One of Cilium's two lookups: the entry with the longest prefix among those of an identity. */
struct policy_query {
	void *map;
	const struct packet *packet;
	const struct endpoint *endpoint;
	__u8 egress;
};

static __always_inline struct policy_entry *find_in_trie(const struct policy_query *query, __u32 identity)
{
	struct policy_key key = {
		.prefix_length = POLICY_FULL_PREFIX,
		.identity = identity,
		.egress = query->egress,
		.protocol = query->packet->protocol,
		.port = query->packet->policy_port,
	};

	return bpf_map_lookup_elem(query->map, &key);
}

#define LENGTH_EXACT 24
#define LENGTH_PROTOCOL 8
#define LENGTHS_WITHIN_PORT 0x00fffe00

/* The same in Weir's own layout: a probe for each length that occurs. */
static __always_inline struct policy_entry *find_in_hash(const struct policy_query *query, __u32 identity)
{
	struct policy_entry *entry;
	struct policy_hash_key key = {
		.identity = identity,
		.policy = query->endpoint->policy,
		.port = query->packet->policy_port,
		.protocol = query->packet->protocol,
		.length = LENGTH_EXACT,
		.egress = query->egress,
	};
	__u32 lengths = identity ? query->endpoint->peer_lengths : query->endpoint->any_lengths;

	if (lengths & 1 << LENGTH_EXACT) {
		entry = bpf_map_lookup_elem(query->map, &key);
		if (entry)
			return entry;
	}
	if (lengths & LENGTHS_WITHIN_PORT) {
		for (int length = LENGTH_EXACT - 1; length > LENGTH_PROTOCOL; length--) {
			if (!(lengths & 1 << length))
				continue;
			key.length = length;
			key.port = query->packet->policy_port & bpf_htons(0xffff << (LENGTH_EXACT - length));
			entry = bpf_map_lookup_elem(query->map, &key);
			if (entry)
				return entry;
		}
	}
	key.port = 0;
	if (lengths & 1 << LENGTH_PROTOCOL) {
		key.length = LENGTH_PROTOCOL;
		entry = bpf_map_lookup_elem(query->map, &key);
		if (entry)
			return entry;
	}
	if (!(lengths & 1))
		return NULL;
	key.length = 0;
	key.protocol = 0;
	return bpf_map_lookup_elem(query->map, &key);
}

static __always_inline struct policy_entry *find_policy(const struct policy_query *query, __u32 identity)
{
	return constants.own_layout ? find_in_hash(query, identity) : find_in_trie(query, identity);
}

/*
 * Cilium's two lookups and the precedence between them: deny before proxy priority before the longer prefix before the
 * peer's own entry.
 */
static __always_inline void look_up_policy(const struct endpoint *endpoint, __u8 direction, __u32 peer,
					   const struct packet *packet, __u32 half, struct decision *decision)
{
	struct policy_query query = {
		.packet = packet,
		.endpoint = endpoint,
		.egress = direction == HOP_EGRESS,
	};
	struct policy_entry *own, *any = NULL, *other = NULL, *winner;
	bool any_peer = false;

	decision->reason = DROP_POLICY_DENIED;
	query.map = constants.own_layout ? bpf_map_lookup_elem(&policy_hashes, &half)
					 : policy_of(endpoint->number, half);
	if (!query.map)
		return;
	own = find_policy(&query, peer);
	winner = own;
	if (!own || !(own->deny_and_length & POLICY_DENY)) {
		any = find_policy(&query, 0);
		other = any;
	}
	/* With equal deny bits, which are both 0 where it matters, the rest of the byte compares as the lengths do. */
	if (any && (!own || any->deny_and_length & POLICY_DENY || any->proxy_priority > own->proxy_priority ||
		    (any->proxy_priority == own->proxy_priority && any->deny_and_length > own->deny_and_length))) {
		winner = any;
		other = own;
		any_peer = true;
	}
	if (!winner)
		return;
	decision->entry = winner->cookie;
	decision->match_type = match_type(any_peer, winner->deny_and_length >> POLICY_LENGTH_SHIFT);
	if (winner->deny_and_length & POLICY_DENY) {
		decision->reason = DROP_POLICY_DENY;
		return;
	}
	decision->reason = 0;
	decision->redirect = bpf_ntohs(winner->proxy_port);
	decision->authentication = winner->authentication & POLICY_AUTHENTICATION_TYPE;
	if (other && !(winner->authentication & POLICY_AUTHENTICATION_EXPLICIT)) {
		__u8 demanded = other->authentication & POLICY_AUTHENTICATION_TYPE;

		if (demanded > decision->authentication)
			decision->authentication = demanded;
	}
}

/* ICMPv6 at a host behind the host firewall: 255 when policy decides, 0 when it passes without, else the reason. */
static __always_inline __u8 host_icmpv6(__u8 type)
{
	if (type == 128 || type == 129)
		return 255;
	if ((type >= 1 && type <= 4) || (type >= 130 && type <= 134) || type == 136 || (type >= 141 && type <= 143) ||
	    type == 148 || type == 149 || (type >= 151 && type <= 153))
		return 0;
	return DROP_FORBIDDEN_ICMPV6;
}

/* Reserved identities (up to 10) and those of address blocks and other nodes (from bit 24 on) have no certificate, and one
 * type of authentication is made to fail.
 */
static __always_inline bool may_authenticate(__u32 peer, __u8 type)
{
	return type != AUTHENTICATION_ALWAYS_FAILS && peer > 10 && peer < 1 << 24;
}

static __always_inline void decide(const struct endpoint *endpoint, __u8 direction, __u32 peer,
				   const struct packet *packet, const struct datapath_settings *settings, __u32 half,
				   struct decision *decision)
{
	bool is_host = endpoint->flags & ENDPOINT_HOST;

	if (is_host && settings->host_firewall && packet->family == FAMILY_IPV6 && packet->traits & TRAIT_ICMP) {
		__u8 answer = host_icmpv6(packet->icmp_type);

		if (answer != 255) {
			decision->reason = answer;
			return;
		}
	}
	if (direction == HOP_EGRESS && !is_host && settings->has_tunnel_port && packet->protocol == PROTOCOL_UDP &&
	    packet->policy_port == settings->tunnel_port) {
		decision->reason = DROP_ENCAPSULATION_PROHIBITED;
		return;
	}
	if (packet->traits & TRAIT_FRAGMENTATION_NEEDED && settings->allow_fragmentation_needed)
		return;
	look_up_policy(endpoint, direction, peer, packet, half, decision);
	if (decision->reason == DROP_POLICY_DENIED && packet->traits & TRAIT_UNTRACKED_FRAGMENT)
		decision->reason = DROP_FRAGMENTATION_NOT_SUPPORTED;
	if (decision->authentication &&
	    (!settings->assume_authenticated || !may_authenticate(peer, decision->authentication)))
		decision->reason = DROP_AUTHENTICATION_REQUIRED;
	decision->audited = settings->audit_mode && decision->reason;
}

#endif
