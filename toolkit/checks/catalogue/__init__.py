"""The rules of this room that a reader raises: what is said of each, beside those who raise them."""
