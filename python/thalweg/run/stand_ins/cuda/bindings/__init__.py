"""The newer names of the same modules."""
