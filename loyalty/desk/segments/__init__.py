"""Segments at the desk: the list, one of them, and the editor of its conditions."""
