"""Lessons: what a class is shown and asked step by step, each lesson one JSON file. Those of the shelf come with the app."""
