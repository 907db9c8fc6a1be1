"""What became of Keras 1 and 2 in the Keras that is installed, where a row of a table does not say it."""
