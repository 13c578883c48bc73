"""lifelines, asked from an environment of its own: what it brings along, the program must never see.

Standard input: one JSON object with `fit` (the name of a method of KaplanMeierFitter) and `options` (its
arguments, null for infinity in lists). Standard output: one JSON object a row of the curve.
"""

import json
import math
import sys
import warnings

warnings.simplefilter("ignore")

from lifelines import KaplanMeierFitter  # noqa: E402  # its imports warn


def main():
    asked = json.load(sys.stdin)
    options = {
        name: [math.inf if item is None else item for item in value] if isinstance(value, list) else value
        for name, value in asked["options"].items()
    }
    fitter = getattr(KaplanMeierFitter(), asked["fit"])(**options)
    curve = fitter.survival_function_
    column = "NPMLE_estimate_lower" if "NPMLE_estimate_lower" in curve else curve.columns[0]
    rows = [{"at": float(at), "survival": float(value)} for at, value in curve[column].items()]
    if asked["fit"] == "fit":
        limits = fitter.confidence_interval_
        for row in rows:
            low, high = (float(limit) for limit in limits.loc[row["at"]])
            row |= {"low": low, "high": high, "watched": float(fitter.event_table.loc[row["at"], "at_risk"])}
    json.dump(rows, sys.stdout)


if __name__ == "__main__":
    main()
