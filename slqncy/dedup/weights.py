"""Weights of the signals, the bias first; made by benchmarks/dedup/fit.py."""

NEAR = (
    -10.1952,  # bias
    7.8749,  # contained
    5.6498,  # aligned
    3.0908,  # part aligned
    -6.1128,  # conflicting share
    -1.1904,  # conflicting figures
    0.6642,  # agreeing figures
    -103.9744,  # other names
    -1.0203,  # substitutions
    1.1004,  # insertions
    3.5251,  # figures shared
)

REWRITE = (
    -18.6254,  # bias
    35.5738,  # pairs equal
    -35.0633,  # contained
    8.8662,  # figures shared
    3.1976,  # figures in order
    4.1777,  # title equal
    -1.3341,  # conflicting figures
    8.0662,  # length
)
