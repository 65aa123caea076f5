"""Which Pinterest do the demo and the picture in the docs show? Seven campaigns, each day of which has its numbers."""

WORLD = (
    *("--ad-accounts", "1", "--shared-ad-accounts", "0", "--campaigns", "7", "--ad-groups", "1", "--ads", "1"),
    *("--boards", "1", "--seed", "12", "--active-percent", "99"),
)
HISTORY_DAYS = 89
