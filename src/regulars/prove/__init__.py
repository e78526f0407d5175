"""Whether it worked: targets."""
