"""Resource types of S3: buckets, and one type for each of their settings."""
