"""What pain points go with in money: revenue and lifetime value against matched customers."""
