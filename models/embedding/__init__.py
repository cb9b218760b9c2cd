"""all-MiniLM-L6-v2 with int8 weights: README.md is its card, convert.py made it, model.json says what it is."""
