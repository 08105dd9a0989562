"""What the sample applications share."""
