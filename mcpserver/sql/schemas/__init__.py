"""The schema of one database: read, compared with another, and what would turn the one into the other."""
