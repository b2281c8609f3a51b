"""Credentials of clouds and clusters: kubeconfig, Kubernetes Secrets, AWS, Google, Azure, and command lines of others."""
