"""Leleka under kill -9, SIGSTOP and lost sockets: real processes and files, a sandbox behind a faulty network."""
