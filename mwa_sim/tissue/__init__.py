"""What a tissue is, and how it changes with temperature and damage."""
