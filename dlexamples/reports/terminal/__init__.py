"""The text report, drawn with rich. Only `text` imports this, and only when it writes."""
