"""The client of the TiDB Cloud API (Starter and Essential, v1beta1)."""
