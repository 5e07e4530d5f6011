"""Weights of the signals, the bias first; made by benchmarks/dedup/fit.py."""

NEAR = (
    -7.7593,  # bias
    5.3591,  # contained
    4.9932,  # aligned
    3.9068,  # part aligned
    -6.2771,  # conflicting share
    -1.4568,  # conflicting figures
    1.2838,  # agreeing figures
    -1.1377,  # other names
    -12.8284,  # other passages
    -0.9462,  # substitutions
    1.0384,  # insertions
    2.6432,  # figures shared
)

REWRITE = (
    -18.6172,  # bias
    35.5395,  # pairs equal
    -35.0293,  # contained
    8.8673,  # figures shared
    3.2043,  # figures in order
    4.1884,  # title equal
    -1.3332,  # conflicting figures
    8.0444,  # length
)
