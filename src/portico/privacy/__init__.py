"""What people agreed to, what may be sent to whom, who looked at whom; export, erasure and what time ends."""
