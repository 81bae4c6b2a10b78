"""Passwords of tests: kept as the product keeps them, and cheap to check."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class CheapArgon2(Argon2PasswordHasher):
    """argon2id that takes no time and no memory: the product's takes 100 MB and every core."""

    time_cost, memory_cost, parallelism = 1, 8, 1
