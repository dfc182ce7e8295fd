SELECT
    this.nps AS NPS,
    this.nps - last.nps AS "against the week before",
    this.nps_answers AS n
FROM v_satisfaction_by({cut:}, since = {until} - INTERVAL 7 DAY, until = {until}) AS this
LEFT JOIN v_satisfaction_by({cut:}, since = {until} - INTERVAL 14 DAY, until = {until} - INTERVAL 7 DAY) AS last ON this.occasion = last.occasion
WHERE this.occasion = 'transactional'
