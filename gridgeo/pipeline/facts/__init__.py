"""What the bank knows of the parties in the cells, read for the measures that need more than counts."""
