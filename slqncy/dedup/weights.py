"""Weights of the signals, the bias first; made by benchmarks/dedup/fit.py."""

NEAR = (
    -7.7596,  # bias
    5.3593,  # contained
    4.9934,  # aligned
    3.9070,  # part aligned
    -6.2775,  # conflicting share
    -1.4568,  # conflicting figures
    1.2839,  # agreeing figures
    -1.1377,  # other names
    -12.8302,  # other passages
    -0.9462,  # substitutions
    1.0384,  # insertions
    2.6430,  # figures shared
)

REWRITE = (
    -18.6177,  # bias
    35.5395,  # pairs equal
    -35.0294,  # contained
    8.8673,  # figures shared
    3.2043,  # figures in order
    4.1884,  # title equal
    -1.3332,  # conflicting figures
    8.0448,  # length
)
