"""From what a user asks for to the config of a run."""
