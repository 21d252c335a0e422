"""What an upload would change, and what must be said before it does: plans, guards, changes only. Pure: it reads no history and no network."""
