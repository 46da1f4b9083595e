"""Keep the audit trail whole: `operations audit`."""
