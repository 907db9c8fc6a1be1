"""One mistake a file: for a fault, the text as it may have been meant."""
