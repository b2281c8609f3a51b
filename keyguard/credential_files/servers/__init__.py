"""Files of servers: password files, directories, caches, queues, and the keystores of all of them."""
