// Both libpcap and the kernel define `struct bpf_insn`, differently; a program that imports both may see each once.
#define bpf_insn pcap_bpf_insn
#include <pcap.h>
#undef bpf_insn
