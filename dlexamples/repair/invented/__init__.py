"""Names and keywords that no library ever had: what is near them in the live libraries, by spelling and by role."""
