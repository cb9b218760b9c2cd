"""A question becomes an answer in which every sentence carries a footnote."""
