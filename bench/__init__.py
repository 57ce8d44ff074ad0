"""What the gateway costs, as ratios to a bare SDK server beside it: `make bench`."""
