"""What the desk knows: articles in the catalog, and the indexes that find them."""
