"""Segments: what a definition may say, how it is said in words, and who it holds."""
