SELECT DISTINCT channel AS value, channel_name AS text FROM v_touchpoints ORDER BY text
