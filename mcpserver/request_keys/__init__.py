"""Calls that say which ones they repeat: what runs once is answered from the record for a day."""
