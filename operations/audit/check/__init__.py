"""Compare executions, transfers and audit events, and name every hole."""
