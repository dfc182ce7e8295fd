-- What customers say of a cause that occurred after it was covered.
SELECT
    cause,
    assumeNotNull(recurrences) AS value,
    affected
FROM v_causes
WHERE covered_at IS NOT NULL
