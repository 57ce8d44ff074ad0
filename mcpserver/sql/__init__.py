"""SQL over mysqlclient: connections in kept threads, engines, limits, results."""
