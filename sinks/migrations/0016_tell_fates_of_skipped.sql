-- There are more fates than two.
ALTER TABLE skipped {on_cluster}
COMMENT COLUMN fate 'duplicate: was there already; rekeyed: sent back with the right key; returned: a replayed dead letter that failed again; suppressed: of an erased journey; order: a command to the workers'
