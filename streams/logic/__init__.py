"""The rules: pure functions and plain state. They know no broker, no database and no clock of their own.

From an event to a row:

    Step           an interaction of a visit (sessions.py)
    Run            a session in the making: its steps, and when it closed (sessions.py)
    Visits         the runs of a journey while one batch is folded in (visits.py)
    Moment         an event of a conversation, with the role it plays there (moments.py)
    Thread         a conversation read up to some moment (waits.py)
    Span           a wait: from a question to what ended it (waits.py)
    MeasuredWait   a span and its target (dialogues.py)
    Dialogue       what state keeps of a conversation (dialogues.py)
    Talk           a conversation while one batch is folded in (talks.py)
    Answer         something a customer said (answers.py)
    Mark           what an answer or a wait means for the relation with the customer (experiences.py)
    Outlook        rescue cases and risk, as last told (outlook.py); marks that outlive what they are of (kept_marks.py)
    Parts, Pane    counts that can be taken back; those of one scope in one minute (parts.py, panes.py)
    Journey        everything that is remembered of one journey_id (journey.py)
    Fold, Changes  one journey in one batch; what that concluded (fold.py, changes.py)
"""
