"""The knowledge desk: what it knows, how it answers, and the ways people reach it."""
