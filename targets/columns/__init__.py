"""A year as integer columns: what the compiled plan reads, whatever engine holds them."""
