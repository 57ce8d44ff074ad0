"""TiDB Cloud as the client sees it."""
