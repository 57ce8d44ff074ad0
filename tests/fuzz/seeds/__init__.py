"""Texts and pieces of texts to begin with. They speak of the tables in `fixture`."""
