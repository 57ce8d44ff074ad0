"""Plans of queries, as three engines tell them, in one shape: read by `parse`, shown by `text`, judged by `advice`. Pure."""
