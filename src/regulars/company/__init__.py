"""The company itself: places, staff, rights, sign-in, keys, audit."""
