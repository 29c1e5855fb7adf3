"""Contiguous, balanced territories with a certificate."""
