"""Programs of users: netrc, git, file transfer, browsers, code hosts."""
