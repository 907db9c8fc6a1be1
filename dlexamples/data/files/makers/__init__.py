"""One kind of file each: a function under `@maker` that writes the lines which make it."""
