"""Send what waits in the fallback queue to EventBridge again: once, in order, none lost."""
