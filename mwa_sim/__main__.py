"""``python -m mwa_sim``: the command line where its script is not on the path."""

from mwa_sim.cli.main import main

if __name__ == "__main__":
    main()
