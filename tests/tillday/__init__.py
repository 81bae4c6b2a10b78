"""A till's day over HTTP, with all that goes wrong in one: what its test is made of."""
