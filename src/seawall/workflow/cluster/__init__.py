"""A live cluster: what is in it, what is wrong with it. Nothing here changes anything in it."""
