"""What may be done: the MCP endpoint, its tools, rights, vault, and the databases behind them."""
