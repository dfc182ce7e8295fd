"""The rules: pure functions and plain state. They know no broker, no database and no clock of their own."""
