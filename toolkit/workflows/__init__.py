"""The public verbs, one module each: they combine the rooms below and are what `provkit` exports."""
