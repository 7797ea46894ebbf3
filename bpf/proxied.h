/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Packets that a proxy would get: they pass, and a copy of each goes to whoever reads what proxies would have read. What
 * that reader refuses is dropped from then on.
 */
#ifndef WEIR_PROXIED_H
#define WEIR_PROXIED_H

#include "hop.h"

static __always_inline bool goes_to(const struct packet_verdict *verdict, __u16 redirect)
{
	return redirect && ((verdict->egress.verdict == VERDICT_REDIRECTED && verdict->egress.redirect == redirect) ||
			    (verdict->ingress.verdict == VERDICT_REDIRECTED && verdict->ingress.redirect == redirect));
}

static __always_inline void fill_proxied_key(struct proxied_key *key, const struct packet *packet)
{
	bool is_reversed = comes_from_high_end(packet);

	for (int i = 0; i < 4; i++) {
		key->low[i] = is_reversed ? packet->destination[i] : packet->source[i];
		key->high[i] = is_reversed ? packet->source[i] : packet->destination[i];
	}
	key->low_port = is_reversed ? packet->destination_port : packet->source_port;
	key->high_port = is_reversed ? packet->source_port : packet->destination_port;
	key->protocol = packet->protocol;
	key->family = packet->family;
}

static __always_inline void uncount_total(__u8 direction, __u32 length)
{
	__u32 slot = direction == HOP_EGRESS ? TOTALS_PER_DIRECTION : 0;
	struct traffic *traffic = bpf_map_lookup_elem(&totals, &slot);

	if (traffic) {
		traffic->packets -= 1;
		traffic->bytes -= length;
	}
}

/* What policy let through, the proxy does not. */
static __always_inline void take_back(struct hop_verdict *hop, __u8 direction, __u32 length)
{
	uncount_total(direction, length);
	drop(hop, DROP_REFUSED_BY_PROXY);
	hop->flags &= ~HOP_FLAG_POLICY_ASKED;
	count_total(direction, DROP_REFUSED_BY_PROXY, length);
}

/* The first of the packet's hops that has a proxy drops it; what comes after never sees it. */
static __always_inline void refuse(struct packet_verdict *verdict, __u32 length)
{
	if (verdict->egress.verdict == VERDICT_REDIRECTED) {
		take_back(&verdict->egress, HOP_EGRESS, length);
		if (verdict->ingress.flags & HOP_FLAG_PRESENT)
			uncount_total(HOP_INGRESS, length);
		verdict->ingress = (struct hop_verdict){};
	} else {
		take_back(&verdict->ingress, HOP_INGRESS, length);
	}
	conclude(verdict);
}

static __always_inline void lose_copy(void)
{
	__u32 zero = 0;
	__u64 *lost = bpf_map_lookup_elem(&copies_lost, &zero);

	if (lost)
		*lost += 1;
}

static __always_inline void hand_over(const struct frame *frame, const struct proxied_key *key,
				      const struct proxied *known, bool is_dns, const struct packet_verdict *verdict)
{
	__u32 zero = 0;
	__u32 captured = frame->length;
	struct copy_space *copy = bpf_map_lookup_elem(&new_copy, &zero);

	if (!copy)
		return;
	/* What somebody downloads must not crowd out the answers that open the way for others. */
	if (!is_dns && bpf_ringbuf_query(&copies, BPF_RB_AVAIL_DATA) > COPY_BUFFER / 2)
		return lose_copy();
	if (captured > COPY_MOST)
		captured = COPY_MOST;
	/* The verifier wants to see that it is neither 0 nor too long, of the very value that is used. */
	asm volatile("" : "+r"(captured));
	if (captured < 1 || captured > COPY_MOST || load_bytes(frame, 0, copy->bytes, captured))
		return;
	copy->head.nanoseconds = bpf_ktime_get_ns();
	copy->head.opened = known ? known->opened : 0;
	copy->head.length = frame->length;
	copy->head.captured = captured;
	copy->head.key = *key;
	copy->head.padding = 0;
	copy->head.padding_end = 0;
	copy->head.verdict = *verdict;
	/* Wakes the reader if it has read all others: who was told an address goes there at once. */
	if (bpf_ringbuf_output(&copies, copy, sizeof(copy->head) + captured, 0))
		lose_copy();
}

static __always_inline int follow_proxied(const struct frame *frame, const struct packet *packet,
					  struct packet_verdict *verdict)
{
	struct proxied_key key = {};
	struct proxied *known = NULL;

	if (!packet || !verdict)
		return 0;
	const struct datapath_settings *settings = &control.settings[verdict->generation & 1];
	bool is_tcp = packet->traits & TRAIT_TCP;
	bool is_dns = goes_to(verdict, settings->dns_redirect);

	if (!is_dns &&
	    !(is_tcp && (goes_to(verdict, settings->http_redirect) || goes_to(verdict, settings->parser_redirect))))
		return 0;
	fill_proxied_key(&key, packet);
	if (is_tcp) {
		if ((verdict->egress.flags | verdict->ingress.flags) & HOP_FLAG_OPENS_CONNECTION &&
		    (packet->tcp_flags & (TCP_SYN | TCP_ACK)) == TCP_SYN) {
			/* Whatever was found out about an earlier connection of these ends is not true of this one. */
			struct proxied opened = { .opened = bpf_ktime_get_ns() };

			bpf_map_update_elem(&proxied, &key, &opened, BPF_ANY);
		}
		known = bpf_map_lookup_elem(&proxied, &key);
		if (known && known->state == PROXIED_REFUSED) {
			refuse(verdict, packet->length);
			return 0;
		}
		if (known && known->state == PROXIED_SETTLED)
			return 0;
	}
	hand_over(frame, &key, known, is_dns, verdict);
	return 0;
}

/* Global functions, so that the verifier looks at them apart from the rest. */

__noinline int follow_proxied_tc(struct __sk_buff *context, const struct packet *packet, struct packet_verdict *verdict)
{
	struct frame frame = { .context = context, .length = context->len };

	return follow_proxied(&frame, packet, verdict);
}

__noinline int follow_proxied_xdp(struct xdp_md *context, const struct packet *packet, struct packet_verdict *verdict)
{
	struct frame frame = { .context = context, .is_xdp = true };

	frame.length = bpf_xdp_get_buff_len(context);
	return follow_proxied(&frame, packet, verdict);
}

#endif
