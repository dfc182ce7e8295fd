SELECT DISTINCT funnel AS value FROM v_funnels ORDER BY value
