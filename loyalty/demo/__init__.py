"""The demo: a chain of three shops, its members and two years of their purchases."""
