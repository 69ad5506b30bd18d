"""What the server carries and whether it keeps its promises, measured on servers of its own.

    scripts/bench intake     how many submissions a second, and what each costs
    scripts/bench journey    many interviews from tablets to dataset, counted again independently

Figures come from a real PostgreSQL that waits for the disk, the web and worker processes as
`scripts/run` starts them, and load over HTTP. A bench prints what it measured and which bars are
met; it judges nothing by a clock.
"""
