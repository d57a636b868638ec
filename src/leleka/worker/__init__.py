"""The door through which the machine itself comes: what is due is done, each piece in a process of its own."""
