-- Causes that the catalogue's rules and the reasons of an answer point to, as the worker that stored it knew them.
ALTER TABLE answers {on_cluster} ADD COLUMN IF NOT EXISTS causes Array(LowCardinality(String)) COMMENT 'Causes, from its reasons and from words of its comment'
