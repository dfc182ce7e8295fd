-- We mended a cause: did it come back?
-- Only what occurred after the cover counts, not what was merely reported after it. `verified` needs as many answers since as before.
SELECT cause, covered_at, recurrences, recurred_at, exposure_before, exposure_after, verified
FROM v_causes
WHERE covered_at IS NOT NULL
ORDER BY cause
