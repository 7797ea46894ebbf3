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

struct decision {
	__u32 entry; /* index of its counters; NO_ENTRY */
	__u16 redirect;
	__u8 reason;
	__u8 match_type;
	__u8 authentication;
	__u8 audited; /* the reason is only what would have happened without audit mode */
};

/* The security identity that the endpoint sees behind an address. */
static __always_inline __u32 identity_of(const __be32 *address, __u8 family, const struct endpoint *viewer,
					 const struct datapath_settings *settings, __u32 half)
{
	struct ipcache_key key = { .family = family };
	bool is_ipv6 = family == FAMILY_IPV6;
	struct ipcache_entry *entry = NULL;

	key.prefix_length = IPCACHE_STATIC_PREFIX + (is_ipv6 ? 128 : 32);
	key.address[0] = address[0];
	if (is_ipv6) {
		key.address[1] = address[1];
		key.address[2] = address[2];
		key.address[3] = address[3];
	}
	void *ipcache = bpf_map_lookup_elem(&ipcaches, &half);
	if (ipcache)
		entry = bpf_map_lookup_elem(ipcache, &key);
	if (!entry)
		return is_ipv6 ? settings->world_ipv6 : settings->world_ipv4;
	/* A node's address is the host to the endpoints of that node, and a remote node to all others. */
	return entry->node != 0 && entry->node == viewer->node ? IDENTITY_HOST : entry->identity;
}

static __always_inline __u8 match_type(bool any_peer, __u8 length)
{
	if (length > 8)
		return any_peer ? MATCH_L4_ONLY : MATCH_L3_L4;
	if (length > 0)
		return any_peer ? MATCH_PROTOCOL_ONLY : MATCH_L3_PROTOCOL;
	return any_peer ? MATCH_ALL : MATCH_L3_ONLY;
}

/*
 * Cilium's two lookups and the precedence between them: deny before proxy priority before the longer prefix before the
 * peer's own entry.
 */
static __always_inline void look_up_policy(__u16 endpoint, __u8 direction, __u32 peer, const struct packet *packet,
					   __u32 half, struct decision *decision)
{
	struct policy_key key = {
		.prefix_length = POLICY_FULL_PREFIX,
		.identity = peer,
		.egress = direction == HOP_EGRESS,
		.protocol = packet->protocol,
		.port = packet->policy_port,
	};
	struct policy_entry *own, *any = NULL, *other = NULL, *winner;
	bool any_peer = false;
	void *policy = policy_of(endpoint, half);

	decision->reason = DROP_POLICY_DENIED;
	if (!policy)
		return;
	own = bpf_map_lookup_elem(policy, &key);
	winner = own;
	if (!own || !(own->deny_and_length & POLICY_DENY)) {
		key.identity = 0;
		any = bpf_map_lookup_elem(policy, &key);
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
	look_up_policy(endpoint->number, direction, peer, packet, half, decision);
	if (decision->reason == DROP_POLICY_DENIED && packet->traits & TRAIT_UNTRACKED_FRAGMENT)
		decision->reason = DROP_FRAGMENTATION_NOT_SUPPORTED;
	if (decision->authentication && !settings->assume_authenticated)
		decision->reason = DROP_AUTHENTICATION_REQUIRED;
	decision->audited = settings->audit_mode && decision->reason;
}

#endif
