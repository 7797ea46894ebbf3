"""Runs a program on a kernel without bpf(2), or as good as: a filter of its system calls answers ENOSYS."""

import ctypes
import os
import platform
import struct
import sys

BPF = {"x86_64": 321, "aarch64": 280}[platform.machine()]
ENOSYS = 38
# A classic BPF program: load the call's number; if it is bpf(2), answer ENOSYS; else allow.
code = [(0x20, 0, 0, 0), (0x15, 0, 1, BPF), (0x06, 0, 0, 0x00050000 | ENOSYS), (0x06, 0, 0, 0x7FFF0000)]
instructions = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in code))


class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


libc = ctypes.CDLL(None, use_errno=True)
program = Program(len(code), ctypes.addressof(instructions))
libc.prctl(38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS
if libc.prctl(22, 2, ctypes.byref(program), 0, 0):  # PR_SET_SECCOMP, SECCOMP_MODE_FILTER
    sys.exit("the filter was refused")
os.execvp(sys.argv[1], sys.argv[1:])
