"""What people run: the demo, and the template's expansion."""
