"""
`python -m tests.benchmarks.growth`.

Every process started from here imports this module first, so it imports nothing that would weigh on what is measured.
"""

if __name__ == "__main__":
    from tests.benchmarks.growth.run import main

    main()
