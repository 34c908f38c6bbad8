"""What each way to know the antenna's field costs, and what it changes."""
