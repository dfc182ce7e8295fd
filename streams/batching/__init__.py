"""Faust, but an agent receives what one fetch brought from one partition as one batch.

Faust's own path costs about 100 microseconds an event; a batch costs one event's worth however many records it carries.
Everything else stays Faust's: the app, agents, partition assignment, rebalancing, the loop that commits.

    thread.py    lets aiokafka hand over whole chunks of records instead of one object per record
    consumer.py  turns a chunk into one message, limits what is under way, commits only what is acknowledged
    ledger.py    the bookkeeping of acknowledgements, pure
    gaps.py      notices offsets that were skipped, pure
    app.py       ties it together; the rest of the system imports only this and batch.py

It relies on some internals of Faust and aiokafka; tests/unit/batching/test_contract.py names every one.
"""
