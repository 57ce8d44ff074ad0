"""What happened: append-only events, their lists, export. People, tokens and clusters are copied in as text."""
