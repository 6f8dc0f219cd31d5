"""
Tracker, the embedded demo API: FastAPI and SQLite; imports nothing of ours.

    app          create_demo(): the wiring
    state        what its parts share; options, faults and counters for those who test against it
    database     one connection for all threads and loops; schema.py is its tables
    seeding/     a few thousand believable rows
    auth/        sign-in: tokens, session families, refresh with reuse detection
    models/      what goes over the wire
    queries/     what goes to the database
    routers/     one module for each resource
"""
