"""A TiDB Cloud for trying and for tests: API and databases, in a process of its own. No product code imports it."""
