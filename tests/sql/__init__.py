"""SQL sessions against servers made for them."""
