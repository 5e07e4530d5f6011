"""Weights of the signals, the bias first; made by benchmarks/dedup/fit.py."""

NEAR = (
    -10.1885,  # bias
    7.5944,  # contained
    5.9660,  # aligned
    2.9495,  # part aligned
    -6.1526,  # conflicting share
    -1.1909,  # conflicting figures
    0.6542,  # agreeing figures
    -105.7766,  # other names
    -1.0421,  # substitutions
    1.0833,  # insertions
    3.5677,  # figures shared
)

REWRITE = (
    -18.3002,  # bias
    36.2338,  # pairs equal
    -35.7112,  # contained
    8.6977,  # figures shared
    3.1786,  # figures in order
    4.0429,  # title equal
    -1.3622,  # conflicting figures
    7.8814,  # length
)
