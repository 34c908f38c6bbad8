"""The command line of mwa_sim."""
