"""Servers of the outside world, on this machine: real sockets, programmable faults."""
