SELECT DISTINCT assumeNotNull(variant) AS value FROM v_volume WHERE variant IS NOT NULL AND $__dateFilter(day) ORDER BY value
