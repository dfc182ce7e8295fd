-- Every channel that the catalogue ever gave a touchpoint: an event stored under one of them follows the catalogue when
-- history is computed anew, an event under any other channel named it itself.
CREATE TABLE IF NOT EXISTS touchpoint_channels {on_cluster}
(
    touchpoint String                 COMMENT 'Catalogue id',
    channel    LowCardinality(String) COMMENT 'A channel it has or had',
    version    UInt64                 COMMENT 'When the catalogue last said so'
)
ENGINE = {engine}(version)
ORDER BY (touchpoint, channel)
COMMENT 'Channels of touchpoints, former ones too; for `touchstream rebuild`'
