"""Whether a change made the desk better: measured through the front door, offline and the same every time."""
