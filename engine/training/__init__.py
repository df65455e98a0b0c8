"""Training: fit, evaluate, predict, and what feeds them."""
