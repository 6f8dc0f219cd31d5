"""
`python -m tests.benchmarks`.

Every process started from here imports this module first, so it imports nothing that would weigh on a contestant.
"""

if __name__ == "__main__":
    from tests.benchmarks.run import main

    main()
