"""What the README has an operator copy, taken out of it and tried."""
