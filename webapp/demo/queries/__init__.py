"""What goes to the database; each function gets the connection it works on."""
