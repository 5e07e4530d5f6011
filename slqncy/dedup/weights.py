"""Weights of the signals, the bias first; made by benchmarks/dedup/fit.py."""

NEAR = (
    -10.4641,  # bias
    6.6068,  # contained
    7.8533,  # aligned
    -5.8145,  # conflicting share
    -1.3682,  # conflicting figures
    0.6623,  # agreeing figures
    -113.2763,  # other names
    -1.1480,  # substitutions
    1.0050,  # insertions
    3.5208,  # figures shared
)

REWRITE = (
    -18.8677,  # bias
    32.7533,  # pairs equal
    -31.4390,  # triples contained
    8.9433,  # figures shared
    3.1429,  # figures in order
    4.7115,  # title equal
    -0.6925,  # conflicting figures
    9.6214,  # length
)
