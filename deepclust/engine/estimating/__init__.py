"""How long a run may take and how much memory, before it is started."""
