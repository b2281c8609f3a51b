"""What machines and containers are set up with: Compose, Ansible, Terraform, cloud-init, installers."""
