"""Who: people, their access tokens and scopes, sign-in. Knows no clusters."""
