"""The database servers behind a sandbox, without its API."""
