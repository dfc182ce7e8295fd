-- What the catalogue said until now.
INSERT INTO touchpoint_channels (touchpoint, channel, version)
SELECT touchpoint, channel, max(version)
FROM touchpoints
WHERE channel != ''
GROUP BY touchpoint, channel
