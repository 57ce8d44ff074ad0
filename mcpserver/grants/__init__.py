"""What the gateway knows of clusters that TiDB Cloud does not: so far, their environments."""
