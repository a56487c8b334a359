"""Tables: their files, their columns, and how they become samples."""
