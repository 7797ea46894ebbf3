/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Weir's BPF program: the verdicts of the Swift engine from the same tables.
 *
 *	packet.h, transport.h   frame → addresses, ports, what is wrong with it
 *	service.h               a service's address → one of its backends
 *	conntrack.h             its connection
 *	policy.h                address → identity → what the endpoint's policy says
 *	hop.h                   all of these, at one endpoint: Cilium's layout
 *	flow.h                  the same in Weir's own layout
 *	proxied.h               what proxies would read
 *	events.h                what is reported
 */
#include "service.h"
#include "flow.h"
#include "proxied.h"
#include "events.h"

char license_text[] SEC("license") = "Dual BSD/GPL";

static __always_inline void judge(struct packet *packet, __u32 generation, __u8 hops, struct packet_verdict *verdict)
{
	if (control.settings[generation & 1].has_services && packet->traits & TRAIT_TUPLE &&
	    !(packet->traits & TRAIT_ICMP))
		translate(packet, verdict, generation & 1);
	if (packet->family && !(packet->traits & TRAIT_NEIGHBOUR_DISCOVERY)) {
		if (constants.own_layout)
			judge_flow(packet, generation, hops, verdict);
		else
			judge_ends(packet, generation, hops, verdict);
	}
	verdict->generation = generation;
}

/* Whether a packet with this verdict may pass. */
static __always_inline bool passes(const struct packet_verdict *verdict)
{
	if (constants.keeps_verdict)
		last_verdict = *verdict;
	return constants.observe_only || verdict->verdict != VERDICT_DROPPED;
}

/* The headers that nearly all packets end with; tc may hand them over outside of the first buffer. */
#define USUAL_HEADERS 128

/* Global functions, so that the verifier looks at them apart from the rest. */

__noinline int read_tc(struct __sk_buff *context, struct packet *packet, __u32 generation)
{
	struct frame frame = {
		.context = context,
		.data = (void *)(long)context->data,
		.end = (void *)(long)context->data_end,
		.length = context->len,
	};

	if (!packet)
		return 0;
	if (frame.data + USUAL_HEADERS > frame.end && frame.end - frame.data < frame.length) {
		bpf_skb_pull_data(context, frame.length < USUAL_HEADERS ? frame.length : USUAL_HEADERS);
		frame.data = (void *)(long)context->data;
		frame.end = (void *)(long)context->data_end;
	}
	read_packet(&frame, &control.settings[generation & 1], packet);
	return 0;
}

__noinline int read_xdp(struct xdp_md *context, struct packet *packet, __u32 generation)
{
	struct frame frame = {
		.context = context,
		.data = (void *)(long)context->data,
		.end = (void *)(long)context->data_end,
		.is_xdp = true,
	};

	if (!packet)
		return 0;
	frame.length = bpf_xdp_get_buff_len(context);
	read_packet(&frame, &control.settings[generation & 1], packet);
	return 0;
}

/* Whatever else is attached decides about what passes here: TCX_NEXT, which older tc takes as "go on". */
#define TC_NEXT -1
#define TC_DROP 2

/* The generation is read once, and that set of tables judges the packet to the end. */
static __always_inline __u32 current_generation(void)
{
	return *(volatile __u32 *)&control.generation;
}

static __always_inline int judge_tc(struct __sk_buff *context, __u8 hops)
{
	__u32 generation = current_generation();
	struct packet packet = {};
	struct packet_verdict verdict = {};

	read_tc(context, &packet, generation);
	judge(&packet, generation, hops, &verdict);
	if (constants.follows_proxied && verdict.verdict == VERDICT_REDIRECTED)
		follow_proxied_tc(context, &packet, &verdict);
	if (is_reported(&verdict))
		report(context, false, packet.length, context->ifindex, &verdict);
	return passes(&verdict) ? TC_NEXT : TC_DROP;
}

static __always_inline int judge_xdp(struct xdp_md *context, __u8 hops)
{
	__u32 generation = current_generation();
	struct packet packet = {};
	struct packet_verdict verdict = {};

	read_xdp(context, &packet, generation);
	judge(&packet, generation, hops, &verdict);
	if (constants.follows_proxied && verdict.verdict == VERDICT_REDIRECTED)
		follow_proxied_xdp(context, &packet, &verdict);
	if (is_reported(&verdict))
		report(context, true, packet.length, context->ingress_ifindex, &verdict);
	return passes(&verdict) ? XDP_PASS : XDP_DROP;
}

/* One program for each choice of hops; "ingress" and "egress" are an endpoint's, as policies use the words. */

SEC("tc")
int weir_tc(struct __sk_buff *context)
{
	return judge_tc(context, HOP_INGRESS | HOP_EGRESS);
}

SEC("tc")
int weir_tc_ingress(struct __sk_buff *context)
{
	return judge_tc(context, HOP_INGRESS);
}

SEC("tc")
int weir_tc_egress(struct __sk_buff *context)
{
	return judge_tc(context, HOP_EGRESS);
}

SEC("xdp")
int weir_xdp(struct xdp_md *context)
{
	return judge_xdp(context, HOP_INGRESS | HOP_EGRESS);
}

SEC("xdp")
int weir_xdp_ingress(struct xdp_md *context)
{
	return judge_xdp(context, HOP_INGRESS);
}

SEC("xdp")
int weir_xdp_egress(struct xdp_md *context)
{
	return judge_xdp(context, HOP_EGRESS);
}

/* ---- Measuring ----------------------------------------------------------------------------------------------------- */

/* Changes low bits of the source address and port of a TCP or UDP packet without options, so that each is another's. */
static __always_inline void vary(struct __sk_buff *context)
{
	__u8 *data = (void *)(long)context->data;
	bool is_ipv6;
	__u32 count = control.variation++;

	if (data + ETHERNET_HEADER > (__u8 *)(long)context->data_end)
		return;
	is_ipv6 = *(__be16 *)(data + ETHERNET_HEADER - 2) == bpf_htons(TYPE_IPV6);
	__be16 *address = (__be16 *)(data + ETHERNET_HEADER + (is_ipv6 ? 22 : 14));
	__be16 *port = (__be16 *)(data + ETHERNET_HEADER + (is_ipv6 ? 40 : 20));
	if ((void *)(address + 1) > (void *)(long)context->data_end ||
	    (void *)(port + 1) > (void *)(long)context->data_end)
		return;
	if (constants.vary_port)
		*port = bpf_htons((bpf_ntohs(*port) & ~constants.vary_port) | (count & constants.vary_port));
	if (constants.vary_address)
		*address = bpf_htons((bpf_ntohs(*address) & ~constants.vary_address) | (count & constants.vary_address));
}

/* What measuring itself costs. */
SEC("tc")
int weir_null(struct __sk_buff *context)
{
	if (constants.vary_port || constants.vary_address)
		vary(context);
	return TC_NEXT;
}

SEC("tc")
int weir_varied(struct __sk_buff *context)
{
	if (constants.vary_port || constants.vary_address)
		vary(context);
	return judge_tc(context, HOP_INGRESS);
}
