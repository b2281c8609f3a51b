"""Evidence for a vendor in a text: names, hosts, imports, calls, data flow. ``attributor`` weighs the evidence."""
