"""The page on which a lesson is played, with or without a class."""
