"""Showing texts on a terminal, which may be hostile: nothing here reads or writes anything."""
