"""What Acme adds to nbaudit."""
