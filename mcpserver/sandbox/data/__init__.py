"""Believable data, the same in every sandbox: two companies that have nothing to do with each other."""
