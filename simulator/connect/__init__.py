"""Amazon Connect: contacts, flows, queues, agents, and the events it sends."""
