SELECT
    each.cause AS cause,
    multiIf(each.covered_at IS NULL, 'open', each.recurrences > 0, 'came back', each.verified, 'verified', 'too early to tell') AS state,
    each.recurrences AS recurrences,
    each.mentions AS mentions,
    each.affected AS affected,
    each.cost / 100 AS cost,
    each.covered_at AS covered,
    each.last_at AS last,
    each.first_at AS first
FROM v_causes AS each
ORDER BY cost DESC, mentions DESC
