"""Mutants of the template that nobody can notice, by name, and why."""

SURVIVORS = {
    "AuditLostAlarm: Metrics.0.Id is 'lost2'": (
        "Nobody refers to the expression's result by its id: any lower-case word is as good."
    ),
}
