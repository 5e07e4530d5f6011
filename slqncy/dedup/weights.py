"""Weights of the signals, the bias first; made by benchmarks/dedup/fit.py."""

NEAR = (
    -10.4905,  # bias
    7.8510,  # contained
    6.0263,  # aligned
    2.9795,  # part aligned
    -6.0489,  # conflicting share
    -1.2399,  # conflicting figures
    0.6471,  # agreeing figures
    -106.0172,  # other names
    -1.0458,  # substitutions
    1.1056,  # insertions
    3.7140,  # figures shared
)

REWRITE = (
    -18.5807,  # bias
    37.4908,  # pairs equal
    -36.8312,  # contained
    9.0257,  # figures shared
    2.9830,  # figures in order
    4.7401,  # title equal
    -1.4086,  # conflicting figures
    7.4953,  # length
)
