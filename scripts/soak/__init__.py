"""Leleka under kill -9, SIGSTOP and lost connections: real processes and files, a sandbox behind a faulty
network.
"""
