"""TiDB Cloud connections and SQL logins, their secrets sealed. `open.py` alone opens them."""
