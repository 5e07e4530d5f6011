"""What is read off a page, all at once: from bytes to plain values, in this process or in another."""
