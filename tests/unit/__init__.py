"""One part at a time: what it does, what it refuses, and how an attacker would get round it."""
