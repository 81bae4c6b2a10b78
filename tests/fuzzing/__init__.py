"""The API asked what its description allows, and what it does not: what the fuzzer is told."""
