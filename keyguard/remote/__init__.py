"""All that speaks to the network: to vendors, about keys, and only when it was asked for."""
