"""The sandbox, over its own sockets."""
