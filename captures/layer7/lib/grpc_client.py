"""Calls the named methods of shop.Cart, one after the other on one connection."""

import sys

import grpc

with grpc.insecure_channel(sys.argv[1]) as channel:
    for name in sys.argv[2:]:
        channel.unary_unary(f"/shop.Cart/{name}")(b"item", timeout=10)
