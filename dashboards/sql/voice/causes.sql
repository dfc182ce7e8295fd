SELECT
    each.cause AS cause,
    each.mentions AS mentions,
    each.affected AS affected,
    each.cost / 100 AS cost,
    each.first_at AS first,
    each.last_at AS last,
    each.covered_at AS covered,
    each.recurrences AS recurrences,
    multiIf(each.covered_at IS NULL, 'open', each.recurrences > 0, 'came back', each.verified, 'verified', 'too early to tell') AS state
FROM v_causes AS each
ORDER BY cost DESC, mentions DESC
