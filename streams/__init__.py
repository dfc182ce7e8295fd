"""From Kafka to conclusions: rules, agents that apply them in order, and state that survives."""
