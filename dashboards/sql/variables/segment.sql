SELECT DISTINCT assumeNotNull(segment) AS value FROM v_volume WHERE segment IS NOT NULL AND $__dateFilter(day) ORDER BY value
