"""The ways people reach the desk, all thin."""
