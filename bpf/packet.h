/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A frame's headers, from the link layer to what connection tracking and policy look at. The rules are those of the
 * Swift module Packet and of Dataplane's Transport: every length is checked against the frame's end and the IP header's.
 */
#ifndef WEIR_PACKET_H
#define WEIR_PACKET_H

#include "maps.h"

#define ETHERNET_HEADER 14
#define TYPE_IPV4 0x0800
#define TYPE_IPV6 0x86dd
#define TYPE_VLAN 0x8100
#define TYPE_SERVICE_VLAN 0x88a8
#define TYPE_OLD_SERVICE_VLAN 0x9100
#define MOST_VLAN_TAGS 8

#define PROTOCOL_HOP_BY_HOP 0
#define PROTOCOL_ICMP 1
#define PROTOCOL_TCP 6
#define PROTOCOL_UDP 17
#define PROTOCOL_ROUTING 43
#define PROTOCOL_FRAGMENT 44
#define PROTOCOL_AUTHENTICATION 51
#define PROTOCOL_ICMPV6 58
#define PROTOCOL_NO_NEXT_HEADER 59
#define PROTOCOL_DESTINATION_OPTIONS 60
#define PROTOCOL_SCTP 132

#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_ACK 0x10

#define TRAIT_TCP 0x01
#define TRAIT_ICMP 0x02 /* ICMP over IPv4, or ICMPv6 over IPv6 */
#define TRAIT_ICMP_ERROR 0x04 /* one that can be related to a connection */
#define TRAIT_FRAGMENTATION_NEEDED 0x08
#define TRAIT_NEIGHBOUR_DISCOVERY 0x10
#define TRAIT_UNTRACKED_FRAGMENT 0x20 /* a fragment while its family's fragments are not tracked */
#define TRAIT_TUPLE 0x40 /* the ports are known, or the protocol has none */
#define TRAIT_NO_BACKEND 0x80 /* the destination is a service that has no backend */

#define FRAGMENT_ANY 0x1
#define FRAGMENT_LATER 0x2 /* there is no transport header in it */

/* The bytes of a frame. tc and XDP differ in how those beyond the first buffer are reached. */
struct frame {
	void *context;
	void *data;
	void *end;
	__u32 length;
	bool is_xdp;
};

/* What the datapath knows of a packet. */
struct packet {
	__be32 source[4]; /* IPv4 in the first word, the rest 0 */
	__be32 destination[4];
	__be16 source_port; /* as in the tracking tuple: ICMP echo has its identifier on the answering side */
	__be16 destination_port;
	__be16 policy_port; /* destination port, or ICMP type */
	__u8 family; /* FAMILY_…; 0: no addresses, nobody judges it */
	__u8 protocol;
	__u8 traits;
	__u8 tcp_flags;
	__u8 icmp_type;
	__u8 obstacle; /* DROP_…: why no endpoint lets it through whatever its policy */
	__u32 length;
	__u32 now;
};

/* Where a transport header lies, and what surrounds it. */
struct transport {
	__u32 start;
	__u32 end;
	__u32 identification; /* of a fragment; as in the header */
	__u8 fragment; /* FRAGMENT_… */
};

/* No IP packet is longer, nor are its headers further from the frame's start. */
#define FARTHEST 0xffff

static __always_inline long load_bytes(const struct frame *frame, __u32 offset, void *to, __u32 size)
{
	return frame->is_xdp ? bpf_xdp_load_bytes(frame->context, offset, to, size)
			     : bpf_skb_load_bytes(frame->context, offset, to, size);
}

/* Defines NAME(frame, offset, &value): false when the value lies beyond the frame's end. */
#define DEFINE_READ(NAME, TYPE)                                                                         \
	static __always_inline bool NAME(const struct frame *frame, __u32 offset, TYPE *value)          \
	{                                                                                               \
		if (offset > FARTHEST - sizeof(TYPE))                                                   \
			return false;                                                                   \
		TYPE *place = frame->data + offset;                                                     \
		if ((void *)(place + 1) <= frame->end) {                                                \
			*value = *place;                                                                \
			return true;                                                                    \
		}                                                                                       \
		return load_bytes(frame, offset, value, sizeof(TYPE)) == 0;                             \
	}

DEFINE_READ(read8, __u8)
DEFINE_READ(read16, __be16)
DEFINE_READ(read32, __be32)

struct ipv4_header {
	__u8 version_and_length;
	__u8 service;
	__be16 total_length;
	__be16 identification;
	__be16 fragment;
	__u8 time_to_live;
	__u8 protocol;
	__be16 checksum;
	__be32 source;
	__be32 destination;
};

#define IPV4_MORE_FRAGMENTS 0x2000
#define IPV4_FRAGMENT_OFFSET 0x1fff

struct ipv6_header {
	__be32 version_and_flow;
	__be16 payload_length;
	__u8 next_header;
	__u8 hop_limit;
	__be32 source[4];
	__be32 destination[4];
};

/* The outcome of reading an IP header: 0, READ_NOTHING, or the obstacle that its faults amount to. */
#define READ_NOTHING 255

/* ---- IPv4 (RFC 791, section 3.1) --------------------------------------------------------------------------------- */

static __always_inline __u8 read_ipv4(const struct frame *frame, __u32 start, struct packet *packet,
				      struct transport *transport)
{
	struct ipv4_header *header = frame->data + start;
	struct ipv4_header copy;

	if ((void *)(header + 1) > frame->end) {
		if (load_bytes(frame, start, &copy, sizeof(copy)))
			return READ_NOTHING;
		header = &copy;
	}
	__u32 header_length = (header->version_and_length & 0xf) * 4;
	if (header_length < sizeof(*header))
		return READ_NOTHING;
	__u32 total = bpf_ntohs(header->total_length);
	/* Segmentation offload leaves 0 where the kernel hands on more than 64 KiB: the frame's end counts. */
	if (total != 0 && total < header_length)
		return READ_NOTHING;

	packet->family = FAMILY_IPV4;
	packet->protocol = header->protocol;
	packet->source[0] = header->source;
	packet->destination[0] = header->destination;
	transport->start = start + header_length;
	transport->end = frame->length;
	if (total != 0 && start + total < frame->length)
		transport->end = start + total;
	__u16 fragment = bpf_ntohs(header->fragment);
	if (fragment & (IPV4_MORE_FRAGMENTS | IPV4_FRAGMENT_OFFSET)) {
		transport->fragment = fragment & IPV4_FRAGMENT_OFFSET ? FRAGMENT_ANY | FRAGMENT_LATER : FRAGMENT_ANY;
		transport->identification = header->identification;
	}
	return transport->start <= transport->end ? 0 : DROP_INVALID_PACKET;
}

/* ---- IPv6 (RFC 8200, sections 3 and 4) ---------------------------------------------------------------------------- */

/* What Cilium follows: its loop looks at four headers, the last of which must be the transport's. */
#define MOST_EXTENSION_HEADERS 3
#define MOST_JUMBO_OPTIONS 16

/* Copies from anywhere in the frame: fewer branches for the verifier to follow than direct reads have. */
static __always_inline bool copy(const struct frame *frame, __u32 offset, void *to, __u32 size)
{
	return offset <= FARTHEST && load_bytes(frame, offset, to, size) == 0;
}

/* The payload length that a jumbo payload option (RFC 2675, section 2) gives; 0 when there is none. */
static __always_inline __u32 jumbo_length(const struct frame *frame, __u32 start)
{
	__u8 option[6] = {};

	if (!copy(frame, start, option, 2))
		return 0;
	__u32 end = start + (option[1] + 1) * 8;
	__u32 offset = start + 2;
	for (int i = 0; i < MOST_JUMBO_OPTIONS && offset < end; i++) {
		if (!copy(frame, offset, option, sizeof(option)))
			return 0;
		if (option[0] == 0xc2 && option[1] == 4) {
			__u32 length = option[2] << 24 | option[3] << 16 | option[4] << 8 | option[5];

			return length > 0xffff ? length : 0;
		}
		offset += option[0] == 0 ? 1 : 2 + option[1];
	}
	return 0;
}

/* The size of an extension header, which begins with the next one's protocol and its length; 0: it is none. */
static __always_inline __u32 extension_length(__u8 protocol, __u8 units)
{
	switch (protocol) {
	case PROTOCOL_HOP_BY_HOP:
	case PROTOCOL_ROUTING:
	case PROTOCOL_DESTINATION_OPTIONS:
		return (units + 1) * 8;
	case PROTOCOL_AUTHENTICATION:
		/* RFC 4302, section 2.2: in units of four bytes, less two. */
		return (units + 2) * 4;
	case PROTOCOL_FRAGMENT:
		return 8;
	default:
		return 0;
	}
}

/* RFC 8200, section 4.5; the first eight bytes of any other extension header are read alike. */
struct extension_header {
	__u8 next;
	__u8 units;
	__be16 fragment_offset;
	__be32 identification;
};

static __always_inline __u8 follow_extension_headers(const struct frame *frame, struct packet *packet,
						struct transport *transport)
{
	__u32 offset = transport->start;
	__u8 protocol = packet->protocol;
	__u8 outcome = DROP_INVALID_EXTENSION_HEADER;

	for (int count = 0; count <= MOST_EXTENSION_HEADERS; count++) {
		struct extension_header header = {};

		if (protocol == PROTOCOL_NO_NEXT_HEADER)
			break;
		if (extension_length(protocol, 0) == 0) {
			outcome = 0;
			break;
		}
		if (!copy(frame, offset, &header, sizeof(header)) ||
		    offset + extension_length(protocol, header.units) > transport->end) {
			outcome = DROP_INVALID_PACKET;
			break;
		}
		offset += extension_length(protocol, header.units);
		if (protocol == PROTOCOL_FRAGMENT) {
			transport->identification = header.identification;
			transport->fragment = FRAGMENT_ANY;
			if (bpf_ntohs(header.fragment_offset) >> 3) {
				transport->fragment = FRAGMENT_ANY | FRAGMENT_LATER;
				outcome = count < MOST_EXTENSION_HEADERS ? 0 : DROP_INVALID_EXTENSION_HEADER;
				protocol = header.next;
				break;
			}
		}
		protocol = header.next;
	}
	packet->protocol = protocol;
	transport->start = offset;
	return outcome;
}

/* An IPv6 packet with extension headers, or of another protocol than the usual ones. */
static __always_inline int read_unusual_ipv6(const struct frame *frame, struct packet *packet,
					     struct transport *transport, __u32 payload_length)
{
	if (!packet || !transport)
		return DROP_INVALID_PACKET;
	bool to_frame_end = false;

	if (payload_length == 0) {
		/* A jumbogram, nothing at all, or segmentation offload, when the frame's end counts. */
		if (packet->protocol == PROTOCOL_HOP_BY_HOP)
			payload_length = jumbo_length(frame, transport->start);
		else
			to_frame_end = packet->protocol != PROTOCOL_NO_NEXT_HEADER;
	}
	if (!to_frame_end && payload_length < frame->length - transport->start)
		transport->end = transport->start + payload_length;
	return follow_extension_headers(frame, packet, transport);
}

/*
 * What is rare or loops stands in global functions: the verifier looks at each once, in whatever state it is called.
 * They take the context itself, hence one for each kind.
 */

__noinline int read_unusual_ipv6_tc(struct __sk_buff *context, struct packet *packet, struct transport *transport,
				    __u32 payload_length)
{
	struct frame frame = { .context = context, .length = context->len };

	return read_unusual_ipv6(&frame, packet, transport, payload_length);
}

__noinline int read_unusual_ipv6_xdp(struct xdp_md *context, struct packet *packet, struct transport *transport,
				     __u32 payload_length)
{
	struct frame frame = { .context = context, .is_xdp = true };

	frame.length = bpf_xdp_get_buff_len(context);
	return read_unusual_ipv6(&frame, packet, transport, payload_length);
}

static __always_inline __u8 read_ipv6(const struct frame *frame, __u32 start, struct packet *packet,
				      struct transport *transport)
{
	struct ipv6_header *header = frame->data + start;
	struct ipv6_header copy;

	if ((void *)(header + 1) > frame->end) {
		if (load_bytes(frame, start, &copy, sizeof(copy)))
			return READ_NOTHING;
		header = &copy;
	}
	packet->family = FAMILY_IPV6;
	packet->protocol = header->next_header;
	for (int i = 0; i < 4; i++) {
		packet->source[i] = header->source[i];
		packet->destination[i] = header->destination[i];
	}
	transport->start = start + sizeof(*header);
	transport->end = frame->length;
	__u32 length = bpf_ntohs(header->payload_length);

	switch (packet->protocol) {
	case PROTOCOL_TCP:
	case PROTOCOL_UDP:
	case PROTOCOL_ICMPV6:
		/* Segmentation offload leaves 0: the frame's end counts. */
		if (length != 0 && length < frame->length - transport->start)
			transport->end = transport->start + length;
		return 0;
	default:
		return frame->is_xdp ? read_unusual_ipv6_xdp(frame->context, packet, transport, length)
				     : read_unusual_ipv6_tc(frame->context, packet, transport, length);
	}
}

#endif
