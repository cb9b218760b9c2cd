"""Parsers that do what a bug in a real one would: hang, die, swell, chatter. Only tests name this package."""
