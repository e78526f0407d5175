"""At which stage problems arise, and what came before them."""
