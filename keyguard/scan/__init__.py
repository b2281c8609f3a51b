"""One scan: what is listed is read, inspected, judged and accounted for."""
