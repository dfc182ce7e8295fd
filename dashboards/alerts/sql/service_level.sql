-- Share of waits answered within their target, open breaches counted. Below 20 decided waits nothing is said.
SELECT
    channel,
    assumeNotNull(in_time_share) AS value,
    in_time,
    targeted - pending AS n
FROM v_in_time_by(dimensions = 'channel', {period})
WHERE n >= 20
