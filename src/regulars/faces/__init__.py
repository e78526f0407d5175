"""What every page, endpoint and command shares; knows no noun."""
