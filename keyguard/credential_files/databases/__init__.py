"""Passwords that clients of databases keep."""
