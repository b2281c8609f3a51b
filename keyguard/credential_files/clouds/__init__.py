"""Credentials of clouds and clusters: kubeconfig, Kubernetes Secrets, AWS, Google, Azure, others."""
