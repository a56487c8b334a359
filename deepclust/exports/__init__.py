"""A run to take along: table, pictures, map, report, notebook, and the run itself as a zip that another machine opens."""
