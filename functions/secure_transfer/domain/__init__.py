"""The rules of a secure transfer, without AWS."""
