/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Services: the packet is judged as one to a backend, as socket-level load balancing would have made it, and is itself
 * left as it is. A hash of both ends chooses the backend, so that all packets of a connection meet the same one without
 * any state; it is the Swift engine's (Dataplane's Hashing and ServiceIndex).
 */
#ifndef WEIR_SERVICE_H
#define WEIR_SERVICE_H

#include "packet.h"

static __always_inline __u64 fold(__u64 value)
{
	return value ^ value >> 32;
}

static __always_inline __u64 hash_end(const __be32 *address, __be16 port, __u8 family)
{
	__u64 high = 0, low = bpf_ntohl(address[0]);

	if (family == FAMILY_IPV6) {
		high = low << 32 | bpf_ntohl(address[1]);
		low = (__u64)bpf_ntohl(address[2]) << 32 | bpf_ntohl(address[3]);
	}
	__u64 first = ((low ^ (__u64)bpf_ntohs(port) << 32) * 0x9e3779b97f4a7c15) ^ (high * 0xc2b2ae3d27d4eb4f);
	return fold(fold(first) * 0x165667b19e3779f9);
}

static __always_inline struct service *find_service(const __be32 *address, __be16 port, const struct packet *packet,
						    __u32 half)
{
	struct service_key key = { .port = port, .protocol = packet->protocol, .family = packet->family };
	void *map = bpf_map_lookup_elem(&services, &half);

	for (int i = 0; i < 4; i++)
		key.address[i] = address[i];
	return map ? bpf_map_lookup_elem(map, &key) : NULL;
}

/* The backend of a service, which must have some, for a packet between it and a client. */
static __always_inline struct backend *choose_backend(const struct service *service, const struct packet *packet,
						      __u32 half)
{
	__u64 sum = hash_end(packet->source, packet->source_port, packet->family) +
		    hash_end(packet->destination, packet->destination_port, packet->family);
	__u64 hash = fold((sum ^ packet->protocol) * 0xbf58476d1ce4e5b9);
	__u32 slot = service->first_backend + (((hash & 0xffffffff) * service->backend_count) >> 32);
	void *map = bpf_map_lookup_elem(&backends, &half);

	return map ? bpf_map_lookup_elem(map, &slot) : NULL;
}

/*
 * Replaces a service's address and port: the destination's of a request, or the source's of a reply, which then pairs
 * with its request. A global function, so that the verifier looks at it apart from the rest.
 */
__noinline int translate(struct packet *packet, struct packet_verdict *verdict, __u32 half)
{
	struct service *service;
	struct backend *backend;

	if (!packet || !verdict)
		return 0;
	service = find_service(packet->destination, packet->destination_port, packet, half);
	if (service) {
		verdict->service = service->number;
		backend = service->backend_count ? choose_backend(service, packet, half) : NULL;
		if (!backend) {
			packet->traits |= TRAIT_NO_BACKEND;
			return 0;
		}
		for (int i = 0; i < 4; i++)
			packet->destination[i] = backend->address[i];
		packet->destination_port = backend->port;
		packet->policy_port = backend->port;
		verdict->backend = backend->number;
		return 0;
	}
	service = find_service(packet->source, packet->source_port, packet, half);
	if (!service || !service->backend_count)
		return 0;
	backend = choose_backend(service, packet, half);
	if (!backend)
		return 0;
	for (int i = 0; i < 4; i++)
		packet->source[i] = backend->address[i];
	packet->source_port = backend->port;
	verdict->service = service->number;
	verdict->backend = backend->number;
	verdict->from_service = 1;
	return 0;
}

#endif
