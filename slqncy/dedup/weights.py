"""Weights of the signals, the bias first; made by benchmarks/dedup/fit.py."""

NEAR = (
    -10.4921,  # bias
    7.8503,  # contained
    6.0264,  # aligned
    2.9803,  # part aligned
    -6.0399,  # conflicting share
    -1.2422,  # conflicting figures
    0.6455,  # agreeing figures
    -106.0171,  # other names
    -1.0457,  # substitutions
    1.1061,  # insertions
    3.7185,  # figures shared
)

REWRITE = (
    -18.5755,  # bias
    37.4743,  # pairs equal
    -36.8176,  # contained
    9.0294,  # figures shared
    2.9813,  # figures in order
    4.7380,  # title equal
    -1.4142,  # conflicting figures
    7.4945,  # length
)
