"""Documents of real APIs, walked through the pages as their users would."""
