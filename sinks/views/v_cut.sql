-- What `dimensions` asks for, as the views understand it that can be cut: names to cut along, and values that are kept.
-- Parameters: dimensions ('day,channel', '' for none; 'channel=phone|chat' keeps these).
CREATE OR REPLACE VIEW v_cut {on_cluster}
(
    cut  Array(String)              COMMENT 'What to cut along',
    kept Map(String, Array(String)) COMMENT 'Values to keep, by what they are values of'
)
AS WITH
    ['channel', 'touchpoint', 'stage', 'category', 'owner', 'segment', 'variant', 'source'] AS known,
    splitByChar(',', {dimensions:String}) AS told,
    arrayMap(each -> splitByChar('=', each), arrayFilter(each -> position(each, '=') > 0, told)) AS filters
SELECT
    arrayFilter(each -> position(each, '=') = 0, told) AS cut,
    mapFromArrays(arrayMap(each -> each[1], filters), arrayMap(each -> splitByChar('|', decodeURLComponent(each[2])), filters)) AS kept
WHERE NOT throwIf(
    NOT hasAll(arrayConcat(known, ['', 'hour', 'day', 'week', 'month']), cut) OR NOT hasAll(known, mapKeys(kept)),
    'dimensions are hour or day or week or month, channel, touchpoint, stage, category, owner, segment, variant, source: with commas and no spaces; channel=phone|chat keeps these channels only')
COMMENT 'What the dimensions of v_satisfaction_by and its kin mean: SELECT * FROM v_cut(dimensions = ''day,channel=phone|chat'')'
