"""Accepted findings: what a project knows of and has decided to live with, by value and never by place."""
