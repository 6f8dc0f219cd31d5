"""What can go wrong with an API, all of it on real sockets, and what its frontend makes of each."""
