"""Network access: requests to vendors about keys, made only on the user's explicit request; and the journal of them."""
