"""Networks: VPN, wireless networks, routers and switches."""
