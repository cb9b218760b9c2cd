"""The models that come with the desk: weights, tokenizer, card and hashes, one folder each."""
