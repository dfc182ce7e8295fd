SELECT toString(stage) AS value, replaceAll(stage, '_', ' ') AS text FROM v_stages ORDER BY stage_order
