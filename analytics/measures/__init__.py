"""One module per measure, each with its `MEASURE`. `registry.py` finds them by themselves."""
