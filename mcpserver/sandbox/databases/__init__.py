"""One MariaDB server for each cluster, started when somebody connects."""
