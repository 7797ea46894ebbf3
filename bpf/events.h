/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Events for whoever watches. */
#ifndef WEIR_EVENTS_H
#define WEIR_EVENTS_H

#include "packet.h"

static __always_inline bool is_remarkable(const struct hop_verdict *hop)
{
	return hop->flags & HOP_FLAG_OPENS_CONNECTION || hop->verdict == VERDICT_DROPPED ||
	       hop->verdict == VERDICT_AUDIT;
}

static __always_inline bool is_reported(const struct packet_verdict *verdict)
{
	return control.events == EVENTS_ALL ||
	       (control.events == EVENTS_VERDICTS &&
		(is_remarkable(&verdict->egress) || is_remarkable(&verdict->ingress)));
}

static __always_inline void report(void *context, bool is_xdp, __u32 length, __u32 interface,
				   const struct packet_verdict *verdict)
{
	struct frame frame = { .context = context, .length = length, .is_xdp = is_xdp };
	struct packet_event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

	if (!event) {
		__u32 zero = 0;
		__u64 *lost = bpf_map_lookup_elem(&events_lost, &zero);

		if (lost)
			*lost += 1;
		return;
	}
	event->nanoseconds = bpf_ktime_get_ns();
	event->length = frame.length;
	event->interface = interface;
	event->padding = 0;
	event->verdict = *verdict;
	__u32 captured = frame.length < EVENT_CAPTURE ? frame.length : EVENT_CAPTURE;
	/* The verifier wants to see that it is neither 0 nor too long. */
	if (captured < 1 || captured > EVENT_CAPTURE || load_bytes(&frame, 0, event->bytes, captured))
		captured = 0;
	event->captured = captured;
	/* The reader polls: waking it would cost far more than the record. */
	bpf_ringbuf_submit(event, BPF_RB_NO_WAKEUP);
}

#endif
