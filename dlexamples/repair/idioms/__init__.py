"""One library's way of writing on another's object: what failed, the table of counterparts, how they are filled in."""
