"""Tools that know no customer: clock, period, money, text, statistics, registry, errors."""
