"""Good manners: what a site lets us ask for, how long we wait in between, and how we introduce ourselves."""
