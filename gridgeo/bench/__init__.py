"""Benches: ours and a peer, measured side by side."""
