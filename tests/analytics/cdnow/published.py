"""What was published of the CDNOW sample (Fader and Hardie 2001), and follows from it."""

Days = tuple[str, str]

OVERALL: Days = ("1997-01-01", "1998-06-30")
Q4: Days = ("1997-10-01", "1997-12-31")
Q2: Days = ("1998-04-01", "1998-06-30")

FIGURES: dict[Days, dict[str, float]] = {
    OVERALL: {
        "average_basket": 35.2785,
        "purchase_frequency": 2.935511,
        "clv_historic": 103.5604,
        "repeat_purchase_rate": 0.488757,
        "repeat_purchase_rate_days": 0.483241,
        "pareto_share": 0.674550,
        "median_gap_days": 30,
        "lost_members": 1_842,
        "points_flow": 96_083,
    },
    Q4: {
        "retention_rate": 0.485646,
        "retention_rate_net": 0.966507,
        "repeat_purchase_rate": 0.400990,
        "purchase_frequency": 1.900990,
        "average_basket": 36.6006,
    },
    Q2: {"retention_rate": 0.440104, "retention_rate_net": 0.781250},
}

COUNTS: dict[Days, dict[str, tuple[str | int, int | None]]] = {
    OVERALL: {
        "average_basket": ("244091.94", 6_919),
        "clv_historic": ("244091.94", 2_357),
        "points_flow": (96_083, None),
    },
    Q4: {"retention_rate": (203, 418), "buyers_ratio": (404, 418), "reactivated": (201, None)},
    Q2: {"retention_rate": (169, 384), "buyers_ratio": (300, 384)},
}


def is_it(told: str | float, published: float) -> bool:
    """Say whether a figure is the one published, to all its digits: money has four."""
    return round(float(told), 4 if isinstance(told, str) else 6) == published
