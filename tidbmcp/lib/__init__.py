"""The floor: small pure helpers that everything else stands on. Imports nothing of ours."""
