"""Set up a Connect instance for secure transfers, and check it: `operations connect`."""
