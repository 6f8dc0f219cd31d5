"""What a session, a call and a page cost, beside what everyone writes."""
