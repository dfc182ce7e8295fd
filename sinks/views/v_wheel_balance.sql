-- How the wheel runs: an even wheel of twos is round and bad, so the mean and the weakest spoke stand beside the evenness.
-- Parameters: since, until (not included).
CREATE OR REPLACE VIEW v_wheel_balance {on_cluster}
(
    spokes          UInt64                 COMMENT 'Channels with a spoke',
    mean            Float64                COMMENT 'Mean of the spokes, 0 to 10',
    deviation       Float64                COMMENT 'Standard deviation of the spokes (of all, not of a sample)',
    evenness        Nullable(Float64)      COMMENT '1 - deviation / mean; NULL below three spokes',
    weakest         Float64                COMMENT 'The lowest spoke',
    weakest_channel LowCardinality(String) COMMENT 'Whose it is'
)
AS SELECT
    count() AS spokes,
    avg(spoke) AS mean,
    stddevPop(spoke) AS deviation,
    if(spokes < 3, NULL, 1 - deviation / nullIf(mean, 0)) AS evenness,
    min(spoke) AS weakest,
    argMin(channel, (spoke, channel)) AS weakest_channel
FROM v_wheel(since = {since:DateTime64(3, 'UTC')}, until = {until:DateTime64(3, 'UTC')})
HAVING spokes > 0
COMMENT 'Evenness, mean and weakest spoke of the wheel of service: v_wheel_balance(since = ''2026-03-01'', until = ''2026-04-01'')'
