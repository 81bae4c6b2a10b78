"""The parameters under which what was seen is likeliest."""

from collections.abc import Callable

import numpy as np
from scipy.optimize import minimize

from analytics.lifetimes.histories import Numbers

# Logarithms of parameters: what lies outside says that the model does not fit.
_FURTHEST = 12.0
_FLAT = 1e-5
_HOW_FINE = {"ftol": 1e-13, "gtol": 1e-8, "maxiter": 500}


def maximise(likelihood: Callable[[Numbers], Numbers], *, parameters: int) -> list[float] | None:
    """Return positive parameters with the highest mean log-likelihood; None if there is no such.

    `likelihood` takes them and answers one figure a member.
    """
    found = minimize(
        lambda logs: -float(np.mean(likelihood(np.exp(logs)))),
        np.zeros(parameters),
        method="L-BFGS-B",
        # Slopes from both sides: from one alone the last digits depend on the processor.
        jac="3-point",
        bounds=[(-_FURTHEST, _FURTHEST)] * parameters,
        options=_HOW_FINE,
    )
    is_within = bool(np.all(np.abs(found.x) < _FURTHEST))
    # The search may end for want of digits where there is nothing left to climb.
    is_top = found.success or bool(np.max(np.abs(found.jac)) < _FLAT)
    if not (is_top and is_within and np.isfinite(found.fun)):
        return None
    return [float(value) for value in np.exp(found.x)]
