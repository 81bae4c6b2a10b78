"""What the product costs, as ratios within one run; `docs/benchmarks.md` says how."""
