/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From the transport header to the tuple and the policy port; fragments' ports. */
#ifndef WEIR_TRANSPORT_H
#define WEIR_TRANSPORT_H

#include "packet.h"

/* ---- Fragments: the first one's ports, remembered for those that carry none --------------------------------------- */

static __noinline void remember_fragment(const struct packet *packet, __be32 identification)
{
	struct fragment_ports ports = { .source = packet->source_port, .destination = packet->destination_port };

	if (packet->family == FAMILY_IPV4) {
		struct ipv4_fragment key = {
			.destination = packet->destination[0],
			.source = packet->source[0],
			.identification = identification,
			.protocol = packet->protocol,
		};
		bpf_map_update_elem(&fragments_ipv4, &key, &ports, BPF_ANY);
	} else {
		struct ipv6_fragment key = { .identification = identification, .protocol = packet->protocol };
		for (int i = 0; i < 4; i++) {
			key.source[i] = packet->source[i];
			key.destination[i] = packet->destination[i];
		}
		bpf_map_update_elem(&fragments_ipv6, &key, &ports, BPF_ANY);
	}
}

static __noinline bool recall_fragment(struct packet *packet, __be32 identification)
{
	struct fragment_ports *ports;

	if (packet->family == FAMILY_IPV4) {
		struct ipv4_fragment key = {
			.destination = packet->destination[0],
			.source = packet->source[0],
			.identification = identification,
			.protocol = packet->protocol,
		};
		ports = bpf_map_lookup_elem(&fragments_ipv4, &key);
	} else {
		struct ipv6_fragment key = { .identification = identification, .protocol = packet->protocol };
		for (int i = 0; i < 4; i++) {
			key.source[i] = packet->source[i];
			key.destination[i] = packet->destination[i];
		}
		ports = bpf_map_lookup_elem(&fragments_ipv6, &key);
	}
	if (!ports)
		return false;
	packet->source_port = ports->source;
	packet->destination_port = ports->destination;
	packet->policy_port = ports->destination;
	return true;
}

/* ---- Transport headers -------------------------------------------------------------------------------------------- */

#define TCP_FLAGS 13
#define TCP_FLAGS_END 14
#define ICMP_IDENTIFIER 4
#define ICMP_IDENTIFIER_END 6

/* The two ports that TCP, UDP and SCTP begin with. */
static __always_inline bool read_ports(const struct frame *frame, const struct transport *transport,
				       struct packet *packet)
{
	__be32 ports;

	if (transport->end - transport->start < sizeof(ports) || !read32(frame, transport->start, &ports))
		return false;
	packet->source_port = (__be16)ports;
	packet->destination_port = (__be16)(ports >> 16);
	return true;
}

static __always_inline void read_tcp_or_datagram(const struct frame *frame, const struct transport *transport,
						 bool tracked, struct packet *packet)
{
	if (packet->protocol == PROTOCOL_TCP)
		packet->traits |= TRAIT_TCP;
	if (transport->fragment & FRAGMENT_LATER) {
		if (!tracked)
			packet->obstacle = DROP_FRAGMENTATION_NOT_SUPPORTED;
		else if (!recall_fragment(packet, transport->identification))
			packet->obstacle = DROP_FIRST_FRAGMENT_NOT_FOUND;
		else
			packet->traits |= TRAIT_TUPLE;
		return;
	}
	if (!read_ports(frame, transport, packet)) {
		packet->obstacle = DROP_INVALID_TRANSPORT_HEADER;
		return;
	}
	packet->traits |= TRAIT_TUPLE;
	packet->policy_port = packet->destination_port;
	if (packet->protocol == PROTOCOL_TCP &&
	    (transport->end - transport->start < TCP_FLAGS_END ||
	     !read8(frame, transport->start + TCP_FLAGS, &packet->tcp_flags)))
		packet->obstacle = DROP_INVALID_TRANSPORT_HEADER;
	if (transport->fragment && tracked)
		remember_fragment(packet, transport->identification);
}

/* RFC 792 and RFC 4443: type and code; in echo messages the identifier. */
static __always_inline void read_icmp(const struct frame *frame, const struct transport *transport,
				 const struct datapath_settings *settings, struct packet *packet)
{
	__be16 type_and_code, identifier = 0;

	packet->traits |= TRAIT_ICMP;
	if (transport->fragment) {
		packet->obstacle = DROP_INVALID_PACKET;
		return;
	}
	if (transport->end - transport->start < sizeof(type_and_code) ||
	    !read16(frame, transport->start, &type_and_code)) {
		packet->obstacle = DROP_INVALID_TRANSPORT_HEADER;
		return;
	}
	__u8 type = bpf_ntohs(type_and_code) >> 8;
	__u8 code = bpf_ntohs(type_and_code);
	bool is_ipv6 = packet->family == FAMILY_IPV6;
	bool is_request = type == (is_ipv6 ? 128 : 8);

	packet->icmp_type = type;
	packet->traits |= TRAIT_TUPLE;
	if (settings->icmp_rules)
		packet->policy_port = bpf_htons(type);
	if (is_request || type == (is_ipv6 ? 129 : 0)) {
		if (transport->end - transport->start < ICMP_IDENTIFIER_END ||
		    !read16(frame, transport->start + ICMP_IDENTIFIER, &identifier))
			packet->obstacle = DROP_INVALID_TRANSPORT_HEADER;
		if (is_request)
			packet->destination_port = identifier;
		else
			packet->source_port = identifier;
	} else if (is_ipv6) {
		if (type >= 1 && type <= 4)
			packet->traits |= TRAIT_ICMP_ERROR;
		if (type == 135 || type == 136)
			packet->traits |= TRAIT_NEIGHBOUR_DISCOVERY;
	} else if (type == 3 || type == 11 || type == 12) {
		/* Source quench (4) is an error too, but one that Cilium tracks like any other ICMP. */
		packet->traits |= TRAIT_ICMP_ERROR;
		if (type == 3 && code == 4)
			packet->traits |= TRAIT_FRAGMENTATION_NEEDED;
	}
}

static __always_inline void read_transport(const struct frame *frame, const struct transport *transport,
					   const struct datapath_settings *settings, struct packet *packet)
{
	bool is_ipv6 = packet->family == FAMILY_IPV6;
	bool tracked = is_ipv6 ? settings->track_ipv6_fragments : settings->track_ipv4_fragments;

	if (transport->fragment && !tracked)
		packet->traits |= TRAIT_UNTRACKED_FRAGMENT;
	if (packet->protocol == PROTOCOL_TCP || packet->protocol == PROTOCOL_UDP ||
	    (packet->protocol == PROTOCOL_SCTP && settings->sctp)) {
		read_tcp_or_datagram(frame, transport, tracked, packet);
	} else if (packet->protocol == (is_ipv6 ? PROTOCOL_ICMPV6 : PROTOCOL_ICMP)) {
		read_icmp(frame, transport, settings, packet);
	} else {
		packet->traits |= TRAIT_TUPLE;
		if (!settings->extended_protocols)
			packet->obstacle = DROP_UNKNOWN_TRANSPORT;
		/* Without its own tracking SCTP still has ports, as the connection that it is part of. */
		if (packet->protocol == PROTOCOL_SCTP && !(transport->fragment & FRAGMENT_LATER))
			read_ports(frame, transport, packet);
	}
}

/* ---- The frame ---------------------------------------------------------------------------------------------------- */

static __always_inline bool is_vlan(__be16 type)
{
	return type == bpf_htons(TYPE_VLAN) || type == bpf_htons(TYPE_SERVICE_VLAN) ||
	       type == bpf_htons(TYPE_OLD_SERVICE_VLAN);
}

/* Where the network header begins behind VLAN tags (IEEE 802.1Q, clause 9), and its type in the high half; 0: nowhere. */
static __always_inline int skip_tags(const struct frame *frame)
{
	__u32 start = ETHERNET_HEADER;
	__be16 type = bpf_htons(TYPE_VLAN);

	for (int i = 0; i < MOST_VLAN_TAGS && is_vlan(type); i++) {
		if (!copy(frame, start + 2, &type, sizeof(type)))
			return 0;
		start += 4;
	}
	return type << 16 | start;
}

__noinline int skip_tags_tc(struct __sk_buff *context)
{
	struct frame frame = { .context = context };

	return skip_tags(&frame);
}

__noinline int skip_tags_xdp(struct xdp_md *context)
{
	struct frame frame = { .context = context, .is_xdp = true };

	return skip_tags(&frame);
}

/* Reads everything. A packet without family is nobody's to judge: ARP, other protocols, headers that cannot be read. */
static __always_inline void read_packet(const struct frame *frame, const struct datapath_settings *settings,
					struct packet *packet)
{
	struct transport transport = {};
	__u32 start = ETHERNET_HEADER;
	__be16 type;
	__u8 version;
	__u8 outcome = READ_NOTHING;

	packet->length = frame->length;
	packet->now = constants.clock_is_given ? control.now : bpf_ktime_get_coarse_ns() / 1000000000;
	if (!read16(frame, ETHERNET_HEADER - 2, &type))
		return;
	if (is_vlan(type)) {
		__u32 place = frame->is_xdp ? skip_tags_xdp(frame->context) : skip_tags_tc(frame->context);

		start = place & 0xff;
		type = place >> 16;
	}
	if (type != bpf_htons(TYPE_IPV4) && type != bpf_htons(TYPE_IPV6))
		return;
	if (!read8(frame, start, &version))
		return;
	version >>= 4;
	if (type == bpf_htons(TYPE_IPV4) && version == 4) {
		outcome = read_ipv4(frame, start, packet, &transport);
	} else if (version == 6) {
		outcome = read_ipv6(frame, start, packet, &transport);
		/* Said to be IPv4: it is read as what it is, yet no dataplane takes it. */
		if (type == bpf_htons(TYPE_IPV4) && outcome != READ_NOTHING)
			outcome = DROP_INVALID_PACKET;
	}
	if (outcome == 0)
		read_transport(frame, &transport, settings, packet);
	else if (outcome != READ_NOTHING)
		packet->obstacle = outcome;
}

#endif
