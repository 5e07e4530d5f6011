"""Many workers on one Redis: who crawls which site, what is known of it, and what is still to be asked for.

Redis has nothing that the lines of the workers do not say, but for what is to be asked for in a round.
"""
