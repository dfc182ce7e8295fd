SELECT touchpoint AS value, name AS text FROM v_touchpoints ORDER BY stage_order, text
