"""What was published of the CDNOW sample (Fader and Hardie 2001), and follows from it.

All of it is what the command, the API and a page of the desk have to say, on either engine.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

Days = tuple[str, str]
Counts = tuple[str | int, int | None]

OVERALL: Days = ("1997-01-01", "1998-06-30")
Q4: Days = ("1997-10-01", "1997-12-31")
Q2: Days = ("1998-04-01", "1998-06-30")
WEEK_39 = date(1997, 9, 30)

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

# Kept ÷ S; E − N over S, so that nobody was new; E ÷ S; and E − N − kept.
COUNTS: dict[Days, dict[str, Counts]] = {
    OVERALL: {
        "average_basket": ("244091.94", 6_919),
        "purchase_frequency": (6_919, 2_357),
        "clv_historic": ("244091.94", 2_357),
        "points_flow": (96_083, None),
    },
    Q4: {
        "retention_rate": (203, 418),
        "retention_rate_net": (404, 418),
        "buyers_ratio": (404, 418),
        "reactivated": (201, None),
    },
    Q2: {
        "retention_rate": (169, 384),
        "retention_rate_net": (300, 384),
        "buyers_ratio": (300, 384),
    },
}

COLUMNS: dict[Days, dict[str, dict[str, int]]] = {
    OVERALL: {
        "pareto_share": {"best_members": 472},
        "median_gap_days": {"distinct_days": 34},
        "points_flow": {"issued": 239_444, "expired": 143_361},
    },
    Q4: {},
    Q2: {},
}

LABELS: dict[Days, str] = {
    OVERALL: "1 January 1997 to 30 June 1998",
    Q4: "Q4 1997",
    Q2: "Q2 1998",
}

# The same as somebody reads them on a page in English: what it was made of, and what is beside it.
WRITTEN: dict[Days, dict[str, tuple[str, ...]]] = {
    OVERALL: {
        "average_basket": (
            "US$35.28 Revenue of the receipts US$244,091.94 ÷ Receipts of members 6,919",
        ),
        "purchase_frequency": (
            "2.94 Receipts of members 6,919 ÷ Members who bought in the period 2,357",
        ),
        "clv_historic": (
            "US$103.56 Revenue to date US$244,091.94 ÷ Members who ever bought 2,357",
        ),
        "repeat_purchase_rate": ("48.9% Members with two receipts or more 1,152 ÷",),
        "repeat_purchase_rate_days": ("48.3% Members who bought on two days or more 1,139 ÷",),
        "pareto_share": ("67.5% Revenue of the best fifth", "Members of the best fifth 472"),
        "median_gap_days": ("30 days", "With receipts of one day as one 34 days"),
        "lost_members": ("1,842",),
        "points_flow": ("96,083 points", "Issued 239,444 points", "Expired 143,361 points"),
    },
    Q4: {
        "retention_rate": (
            "48.6% Members who bought in both periods 203 ÷ "
            "Members who bought in the previous period 418",
        ),
        "retention_rate_net": (
            "96.7% Buyers of the period who had bought before it 404 ÷ "
            "Members who bought in the previous period 418",
        ),
        "buyers_ratio": ("96.7% Members who bought in the period 404 ÷",),
        "reactivated": ("201",),
        "repeat_purchase_rate": ("40.1% Members with two receipts or more 162 ÷",),
        "purchase_frequency": ("1.9 Receipts of members 768 ÷",),
        "average_basket": ("US$36.60 Revenue of the receipts US$28,109.27 ÷",),
    },
    Q2: {
        "retention_rate": ("44% Members who bought in both periods 169 ÷",),
        "retention_rate_net": ("78.1% Buyers of the period who had bought before it 300 ÷",),
        "buyers_ratio": ("78.1% Members who bought in the period 300 ÷",),
    },
}

SCORES: dict[str, dict[str, int]] = {
    "ntile": {"555": 246, "111": 171},
    "threshold": {"555": 234, "111": 167},
}

PARAMETERS: dict[str, dict[str, float]] = {
    "buying": {
        "r": 0.2426,
        "alpha": 4.4136,
        "a": 0.7929,
        "b": 2.4259,
        "log_likelihood": -9582.43,
    },
    "spending": {"p": 6.25, "q": 3.74, "v": 15.44},
}


def is_it(told: Any, published: float) -> bool:
    """Say whether a figure is the one published, to all its digits: money has four."""
    return round(float(told), 4 if isinstance(told, str) else 6) == published


def get_fitted(told: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """Return the parameters of both models with as many digits as were published."""
    return {
        model: {name: round(told[model][name], _digits(value)) for name, value in known.items()}
        for model, known in PARAMETERS.items()
    }


def _digits(published: float) -> int:
    return len(str(published).partition(".")[2])
