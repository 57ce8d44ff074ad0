"""The product as its users meet it: over real sockets, with real clients."""
