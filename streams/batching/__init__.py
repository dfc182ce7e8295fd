"""Faust, but an agent receives what one fetch brought from one partition as one batch.

Faust's own path costs about 100 microseconds an event; a batch costs one event's worth however many records it carries.
Everything else stays Faust's: the app, agents, partition assignment, rebalancing, the loop that commits.

    app.py                the Faust app; others use this, batch.py, share.py and sights.py
    batch.py              what an agent receives
    consumer.py           turns a chunk into one message, limits what is under way, commits only what is acknowledged
    thread.py             the consumer's thread: fetches chunks, and asks whether this worker is still a member of its group
    chunks.py             takes whole chunks of records out of aiokafka, instead of one object a record
    acknowledgements.py   which batches are under way, and how far may be committed; pure
    gaps.py               notices offsets that were skipped; pure
    share.py              which partitions are assigned, and hooks for when they come and go
    sights.py             where every partition stands, for the watchdog and the metrics
    freshness.py          how old what is known of a partition is
    group.py              says why the brokers do not let this worker into its group, or lets it try again
    leaders.py            finds the new leader of a partition whose old one no longer answers
    assignor.py           keeps Faust from recovering our changelogs

It relies on some internals of Faust and aiokafka; tests/unit/batching/test_contract.py names every one.
"""
