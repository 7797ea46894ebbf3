"""A gRPC server with three methods of one service; messages are bytes, so that no generated code is needed."""

from concurrent import futures

import grpc


def echo(request, context):
    return request


handler = grpc.method_handlers_generic_handler(
    "shop.Cart", {name: grpc.unary_unary_rpc_method_handler(echo) for name in ("AddItem", "GetItem", "Empty")}
)
server = grpc.server(futures.ThreadPoolExecutor(max_workers=2))
server.add_generic_rpc_handlers((handler,))
server.add_insecure_port("[::]:50051")
server.start()
server.wait_for_termination()
