"""`operations connect doctor`: is an instance as PCI Pal's configuration guide wants it?

`instance_read` and `functions_read` read, into the values of `instance`; the `checks_of_…` look at
them, a function a condition; `examine` holds the list of conditions, `table` prints what was found.
"""
