"""What becomes of each row: the server's background run."""
