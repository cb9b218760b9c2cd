"""Articles in: fetch, parse, split, embed, replace, publish. Knows nothing of answering."""
