"""What the cache holds of histories and packs from earlier scans."""
